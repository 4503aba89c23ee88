'use client'

import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import { usePlaceName } from '../../features/drive/use-place-name.ts'
import type { UploadSummary } from '../../features/uploads/upload-summary.ts'
import { awaited, awaitedWords, percentOfQueue, phaseOf } from '../../features/uploads/upload-view.ts'

/** The tab says how far uploads are and whether they wait, else which folder is open. */
export function PageTitle({ queue }: { queue: UploadSummary }) {
  const t = useTranslations('uploads')
  const shell = useTranslations('shell')
  const folder = `${usePlaceName()} · ${shell('title')}`
  const p = percentOfQueue(queue)
  const words = {
    uploading: t('tabTitle', { p }),
    offline: `${t('percent', { p })} · ${t(awaitedWords[awaited(queue)])}`,
  }
  const phase = phaseOf(queue)
  const title = phase === 'uploading' || phase === 'offline' ? words[phase] : folder
  useEffect(() => {
    document.title = title
  }, [title])
  return null
}
