'use client'

import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { Contained } from '../../components/contained.tsx'
import { useToast } from '../../components/toast.tsx'
import { usePhone } from '../../components/use-media-query.ts'
import { UploadNews } from '../../features/uploads/upload-news.tsx'
import { phaseOf } from '../../features/uploads/upload-view.ts'
import { useAwayReport } from '../../features/uploads/use-away-report.ts'
import { type Uploads, useUploadSummary } from '../../features/uploads/use-uploads.ts'
import { useWakeLock } from '../../features/uploads/use-wake-lock.ts'
import { PageTitle } from './page-title.tsx'
import { TabBar } from './tab-bar.tsx'
import { useShowStored } from './use-show-stored.ts'

const UploadPanel = dynamic(
  () => import('../../features/uploads/upload-panel.tsx').then((module) => module.UploadPanel),
  {
    ssr: false,
  },
)

type UploadAreaProps = {
  uploads: Uploads
  panel: { open: boolean; setOpen: (open: boolean) => void; reset: () => void }
}

/** Everything that moves with the uploads, apart from the list: that must not repaint with each percent. */
export function UploadArea({ uploads, panel }: UploadAreaProps) {
  const t = useTranslations('uploads')
  const toast = useToast()
  const phone = usePhone()
  const { session } = uploads
  const queue = useUploadSummary(session)
  const show = useShowStored()
  const openPanel = async () => {
    const opened = await uploads.open().catch(() => null)
    if (opened === null) toast({ text: t('notLoaded'), problem: true })
    else panel.setOpen(true)
  }
  useAwayReport(queue)
  const phase = phaseOf(queue)
  useWakeLock(phone && (phase === 'uploading' || phase === 'finishing'))
  const shown = queue.files > 0 || (phone && panel.open)
  return (
    <>
      <Contained>
        <TabBar uploading={queue.counts.uploading > 0} onUploads={() => void openPanel()} />
        {shown && session !== null ? (
          <UploadPanel
            session={session}
            open={panel.open}
            onOpenChange={panel.setOpen}
            onClose={panel.reset}
            onReportCopied={() => toast({ text: t('reportCopied') })}
            onShow={(entryId) => {
              // On phones the panel lies over the list.
              if (phone) panel.setOpen(false)
              show(entryId)
            }}
          />
        ) : null}
      </Contained>
      <UploadNews queue={queue} />
      <PageTitle queue={queue} />
    </>
  )
}
