'use client'

import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import { usePlaceName } from '../../features/drive/use-place-name.ts'
import type { UploadSummary } from '../../features/uploads/upload-summary.ts'
import { percentOfQueue } from '../../features/uploads/upload-view.ts'

/** The tab says how far uploads are, else which folder is open. */
export function PageTitle({ queue }: { queue: UploadSummary }) {
  const t = useTranslations('uploads')
  const shell = useTranslations('shell')
  const folder = `${usePlaceName()} · ${shell('title')}`
  const title = queue.counts.uploading > 0 ? t('tabTitle', { p: percentOfQueue(queue) }) : folder
  useEffect(() => {
    document.title = title
  }, [title])
  return null
}
