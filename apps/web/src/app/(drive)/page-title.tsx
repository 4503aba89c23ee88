'use client'

import { useTranslations } from 'next-intl'
import { useDrive } from '../../features/drive/drive-context.tsx'
import { usePlaceName } from '../../features/drive/use-place-name.ts'
import type { UploadSummary } from '../../features/uploads/upload-summary.ts'
import { awaited, awaitedWords, percentOfQueue, phaseOf } from '../../features/uploads/upload-view.ts'

/**
 * The tab says how far uploads are and whether they wait, else which listing is open; other pages have titles of their own.
 * An element, and not `document.title`: Next writes its own anew when it hydrates, so pages of listings have none of Next's.
 */
export function PageTitle({ queue }: { queue: UploadSummary }) {
  const t = useTranslations('uploads')
  const shell = useTranslations('shell')
  const drive = useTranslations('drive')
  const place = usePlaceName()
  const { place: listing, state } = useDrive()
  const p = percentOfQueue(queue)
  const words = {
    uploading: t('tabTitle', { p }),
    offline: `${t('percent', { p })} · ${t(awaitedWords[awaited(queue)])}`,
  }
  const phase = phaseOf(queue)
  if (phase === 'uploading' || phase === 'offline') return <title>{words[phase]}</title>
  if (listing === null) return null
  const name = state.status === 'not-found' ? drive('notFoundTitle') : place
  return <title>{`${name} · ${shell('title')}`}</title>
}
