'use client'

import { useTranslations } from 'next-intl'
import { useSyncExternalStore } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button, buttonLook } from '../../components/button.tsx'
import { FileName } from '../../components/file-name.tsx'
import { useHydrated } from '../../components/use-hydrated.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { canKeep, KEPT_FILES_MAX, type KeptFacts } from '../../lib/kept-file.ts'
import { type Coming, comingFiles, onComing } from './keeper.ts'
import { useKeeping, useKeptFiles } from './use-kept.ts'

/** As in public/offline.js: the one page that shows kept files, with a network and without. */
const SHOW_PAGE = '/offline.html'
const NONE: readonly Coming[] = []

/** What this device keeps for times without a network, what is on its way, and how to be rid of it. */
export function KeptPage({ personId }: { personId: string }) {
  const t = useTranslations('kept')
  const format = useFormat()
  const asked = useKeptFiles(personId)
  const coming = useSyncExternalStore(onComing, comingFiles, () => NONE)
  const keeping = useKeeping(personId)
  if (useHydrated() && !canKeep()) return <p className="text-ink-2">{t('problem.insecure')}</p>
  return (
    <Asked of={asked} small="bare">
      {(files) => (
        <>
          <p className="text-13 text-ink-2">
            {files.length === 0
              ? t('none')
              : t('sum', { n: files.length, s: format.size(files.reduce((bytes, { size }) => bytes + size, 0)) })}{' '}
            {t('rules', { n: KEPT_FILES_MAX })}
          </p>
          <ul className="mt-3">
            {coming.map((file) => (
              <ComingRow key={file.id} file={file} />
            ))}
            {files
              .filter(({ id }) => !coming.some((one) => one.id === id))
              .map((file) => (
                <KeptRow key={file.id} file={file} onRemove={() => keeping.remove(file)} />
              ))}
          </ul>
        </>
      )}
    </Asked>
  )
}

const row = 'flex min-h-14 items-center gap-2 border-line border-b py-2 last:border-b-0'

function KeptRow({ file, onRemove }: { file: KeptFacts; onRemove: () => void }) {
  const t = useTranslations('kept')
  const format = useFormat()
  const { id, name, size, modifiedAt } = file
  return (
    <li className={row}>
      <div className="min-w-0 flex-1">
        <FileName name={name} />
        <div className="text-12 text-ink-3 tabular-nums">{`${format.size(size)} · ${format.date(modifiedAt)}`}</div>
      </div>
      <a
        href={`${SHOW_PAGE}#${id}`}
        aria-label={t('openNamed', { name })}
        className={buttonLook({ kind: 'plain', size: 'sm' })}
      >
        {t('open')}
      </a>
      <Button kind="ghost" size="sm" aria-label={t('removeNamed', { name })} onClick={onRemove}>
        {t('remove')}
      </Button>
    </li>
  )
}

function ComingRow({ file: { name, size, bytes, cancel } }: { file: Coming }) {
  const t = useTranslations('kept')
  const format = useFormat()
  const { part, whole } = format.sizePair(bytes, size)
  const percent = size === 0 ? 0 : Math.floor((100 * bytes) / size)
  return (
    <li className={row}>
      <div className="min-w-0 flex-1">
        <FileName name={name} />
        <div className="text-12 text-ink-3 tabular-nums">{t('progress', { p: percent, part, whole })}</div>
      </div>
      <Button kind="ghost" size="sm" aria-label={t('cancelNamed', { name })} onClick={cancel}>
        {t('cancel')}
      </Button>
    </li>
  )
}
