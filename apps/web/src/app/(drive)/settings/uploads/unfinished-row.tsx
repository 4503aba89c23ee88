'use client'

import { useTranslations } from 'next-intl'
import { Button } from '../../../../components/button.tsx'
import { FileName } from '../../../../components/file-name.tsx'
import type { UnfinishedUpload } from '../../../../features/uploads/upload-job.ts'
import { useFormat } from '../../../../i18n/use-format.ts'
import { deviceOf } from '../../../../lib/device-name.ts'

type UnfinishedRowProps = { upload: UnfinishedUpload; isHere: boolean; onGoOn: () => void; onGiveUp: () => void }

/** An upload that is not finished: how far it is, where it was begun, how long it is kept. */
export function UnfinishedRow({ upload, isHere, onGoOn, onGiveUp }: UnfinishedRowProps) {
  const t = useTranslations('account')
  const format = useFormat()
  const { name, size, sent, createdAt, expiresAt, deviceAgent } = upload
  const { part, whole } = format.sizePair(sent ?? 0, size)
  const { browser, system } = deviceOf(deviceAgent ?? '')
  const named = [browser, system].filter((word) => word !== null).join(', ')
  const device = isHere ? t('thisDevice') : named
  const facts = [
    sent === null ? format.size(size) : t('uploadSent', { p: Math.floor((100 * sent) / size), part, whole }),
    ...(device === '' ? [] : [device]),
    t('begun', { date: format.date(createdAt) }),
    t('expires', { date: format.shortDate(expiresAt) }),
  ]
  return (
    <li className="flex min-h-14 items-center gap-2 border-line border-b py-2 last:border-b-0 phone:flex-wrap">
      <div className="min-w-0 flex-1 phone:basis-full">
        <FileName name={name} />
        <div className="text-12 text-ink-3 tabular-nums">{facts.join(' · ')}</div>
      </div>
      <Button size="sm" aria-label={t('goOnNamed', { name })} onClick={onGoOn}>
        {t('goOn')}
      </Button>
      <Button kind="ghost" size="sm" aria-label={t('giveUpNamed', { name })} onClick={onGiveUp}>
        {t('giveUp')}
      </Button>
    </li>
  )
}
