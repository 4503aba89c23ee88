'use client'

import { LockOpen, ServerOff, WifiOff, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { keepPlainHttpRead, plainHttpIsRead } from './plain-http.ts'
import type { UploadEngine } from './upload-engine.ts'
import type { UploadSummary } from './upload-summary.ts'
import { awaited, phaseOf } from './upload-view.ts'
import { useCountdown } from './use-countdown.ts'

/** That there is no connection, no answer or no storage that can write, and when it is tried again. */
export function OfflineLine({ queue, engine }: { queue: UploadSummary; engine: UploadEngine }) {
  const t = useTranslations('uploads')
  const common = useTranslations('common')
  const format = useFormat()
  const retryAt = engine.nextRetryAt()
  const seconds = useCountdown(retryAt)
  if (retryAt === null || phaseOf(queue) !== 'offline') return null
  const time = format.duration(Math.max(1, seconds))
  const lacking = awaited(queue)
  const words = { network: 'offline', server: 'noAnswer', disk: 'noDisk' } as const
  return (
    <div className="flex h-10 shrink-0 items-center gap-2.5 bg-warn-soft pr-2.5 pl-[18px] text-13 text-warn phone:h-12">
      <Icon of={lacking === 'network' ? WifiOff : ServerOff} size="small" />
      <span className="min-w-0 flex-1 truncate tabular-nums">{t(words[lacking], { time })}</span>
      <Button kind="inherit" size="sm" className="font-semibold" onClick={engine.tryNow}>
        {common('tryNow')}
      </Button>
    </div>
  )
}

/** Said once on each device: what browsers keep from an address without encryption. */
export function PlainHttpLine() {
  const t = useTranslations('uploads')
  const common = useTranslations('common')
  const [shown, setShown] = useState(() => !(window.isSecureContext || plainHttpIsRead()))
  if (!shown) return null
  const close = () => {
    keepPlainHttpRead()
    setShown(false)
  }
  return (
    <div className="flex shrink-0 items-start gap-2.5 border-line border-b py-2.5 pr-2.5 pl-[18px] text-12 text-ink-2">
      <Icon of={LockOpen} size="small" className="mt-px text-ink-3" />
      <p className="min-w-0 flex-1">{t('plainHttp')}</p>
      <IconButton small label={common('dismiss')} onClick={close} className="-my-1 coarse:-my-2.5">
        <Icon of={X} size="small" />
      </IconButton>
    </div>
  )
}
