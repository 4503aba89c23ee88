'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Stones } from '../../components/stones.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { CopyDetail, EntryDetails } from '../../lib/entry-details.ts'
import { useCopyDetails, useVerification, type Verifying } from './use-details.ts'

/** How many copies exist now, where, and whether they are what was stored. */
export function CopiesCard({ id, details }: { id: string; details: EntryDetails | undefined }) {
  const t = useTranslations('details')
  const drive = useTranslations('drive')
  const copies = useCopyDetails(id)
  const verifying = useVerification(id, details?.verification)
  const members = copies.data
  const have = members?.filter(({ state }) => state === 'whole').length ?? 0
  const want = members?.length ?? 0
  const label = drive('copiesOf', { have, want })
  return (
    <section aria-label={drive('copies')} className="rounded-card bg-canvas p-3.5 inset-ring inset-ring-line">
      <div className="flex items-center gap-3">
        {members === undefined ? (
          <span className="h-[26px] w-8" />
        ) : (
          <Stones
            have={have}
            want={want}
            label={label}
            className={cn('scale-150 px-1.5', have >= want && 'text-accent')}
          />
        )}
        <div className="min-w-0 flex-1">
          <p className="font-semibold text-14 tabular-nums">
            {members === undefined ? t(copies.isError ? 'copiesUnknown' : 'asking') : label}
          </p>
          <LastCheck verifying={verifying} />
        </div>
        {verifying.running ? (
          <Button size="sm" onClick={verifying.stop}>
            {t('cancel')}
          </Button>
        ) : (
          <Button size="sm" onClick={verifying.start} disabled={details === undefined}>
            {drive('verify')}
          </Button>
        )}
      </div>
      <Progress verifying={verifying} />
      {members === undefined ? null : (
        <ul className="mt-2.5 space-y-1.5">
          {members.map((copy) => (
            <CopyLine key={copy.storageId} copy={copy} />
          ))}
        </ul>
      )}
      <Outcome verifying={verifying} />
    </section>
  )
}

function CopyLine({ copy: { storageId, group, path, state, since } }: { copy: CopyDetail }) {
  const t = useTranslations('details')
  const format = useFormat()
  const colours = {
    whole: 'bg-ok',
    missing: 'bg-transparent ring-[1.5px] ring-warn ring-inset',
    unreachable: 'bg-danger',
  }
  const text = state === 'whole' ? since && format.date(since) : t(state)
  return (
    <li className="flex items-center gap-2 whitespace-nowrap text-12 tabular-nums">
      <span aria-hidden="true" className={cn('size-2 shrink-0 rounded-full', colours[state])} />
      <span className="text-ink-2">{t('storage', { id: storageId })}</span>
      <span className="truncate text-ink-3">{`${group} · ${path}`}</span>
      <span className={cn('ml-auto shrink-0', state === 'whole' ? 'text-ink-2' : 'text-warn')}>{text}</span>
    </li>
  )
}

function LastCheck({ verifying: { state, running } }: { verifying: Verifying }) {
  const t = useTranslations('details')
  const format = useFormat()
  if (running)
    return <p className="text-12 text-ink-3">{t(state?.state === 'waiting' ? 'waitsForTurn' : 'checking')}</p>
  if (state?.state !== 'done' || state.finishedAt === null) {
    return <p className="text-12 text-ink-3">{t('neverChecked')}</p>
  }
  return <p className="text-12 text-ink-3 tabular-nums">{t('checkedAt', { date: format.date(state.finishedAt) })}</p>
}

function Progress({ verifying: { state, running } }: { verifying: Verifying }) {
  const t = useTranslations('details')
  const format = useFormat()
  if (!running || state === null) return null
  const pair = format.sizePair(state.doneBytes, state.totalBytes)
  const share = state.totalBytes === 0 ? 0 : Math.min(1, state.doneBytes / state.totalBytes)
  return (
    <div className="mt-3">
      <div
        role="progressbar"
        aria-label={t('checking')}
        aria-valuenow={Math.round(share * 100)}
        className="h-1 overflow-hidden rounded-full bg-track"
      >
        <div className="h-full origin-left bg-accent" style={{ transform: `scaleX(${share})` }} />
      </div>
      <p className="mt-1.5 text-12 text-ink-3 tabular-nums">{`${pair.part} / ${pair.whole}`}</p>
    </div>
  )
}

/** What the last check found, in a sentence. */
function Outcome({ verifying: { state, running, failed } }: { verifying: Verifying }) {
  const t = useTranslations('details')
  const format = useFormat()
  const look = 'mt-3 border-line border-t pt-2.5 text-13'
  if (failed) return <p className={cn(look, 'text-danger')}>{t('verifyFailed')}</p>
  if (running || state?.state !== 'done' || state.startedAt === null || state.finishedAt === null) return null
  const of = (result: string) => state.copies.filter((copy) => copy.result === result).map(({ storageId }) => storageId)
  const differing = of('differs')
  const seconds = (Date.parse(state.finishedAt) - Date.parse(state.startedAt)) / 1000
  if (differing.length > 0) {
    return (
      <p role="alert" className={cn(look, 'text-danger')}>
        {t(of('matches').length > 0 ? 'differs' : 'allDiffer', { storages: differing.join(', ') })}
      </p>
    )
  }
  const gaps = [...of('missing'), ...of('unreachable')]
  const text = t('matches', { size: format.size(state.doneBytes), time: format.duration(seconds) })
  return (
    <p role="status" className={cn(look, 'text-ink-2')}>
      {of('matches').length > 0 ? text : null} {gaps.length > 0 ? t('notChecked', { storages: gaps.join(', ') }) : null}
    </p>
  )
}
