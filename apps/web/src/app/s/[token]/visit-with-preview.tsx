'use client'

import { Download } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { PreviewAddressProvider } from '../../../features/preview/preview-address.ts'
import type { DoorState } from '../../../features/shares/server/visit-shares.ts'
import type { VisitedLook } from '../../../features/shares/visitor/visit-page.tsx'
import { VisitScreen } from '../../../features/shares/visitor/visit-screen.tsx'

const Preview = dynamic(() => import('../../../features/preview/preview.tsx').then(({ Preview: part }) => part), {
  ssr: false,
})

type VisitProps = { token: string; initial: DoorState; signedIn: boolean }

/** A link, with the drive's own preview for its files. */
export function VisitWithPreview(props: VisitProps) {
  return <VisitScreen {...props} preview={(look) => <VisitPreview {...look} />} />
}

function VisitPreview({ linkId, item, among, total, onShow, onNearEnd, onClose, onDownload }: VisitedLook) {
  const t = useTranslations('visitor')
  // What a link does not tell about a file, the preview does not ask for.
  const entries = useMemo(
    () => among.map((entry) => ({ ...entry, createdAt: entry.modifiedAt, copies: null })),
    [among],
  )
  const thumbnails = useMemo(
    () => new Map(among.flatMap(({ id, thumbnailUrl }) => (thumbnailUrl === undefined ? [] : [[id, thumbnailUrl]]))),
    [among],
  )
  const address = useMemo(() => (id: string) => `/api/s/${linkId}/entries/${encodeURIComponent(id)}/preview`, [linkId])
  return (
    <PreviewAddressProvider value={address}>
      <Preview
        id={item.id}
        entries={entries}
        total={total}
        onNearEnd={onNearEnd}
        onStep={onShow}
        onClose={onClose}
        onReturnFocus={() => document.getElementById(`visited-${item.id}`)?.focus()}
        thumbnails={thumbnails}
        actions={({ id }) =>
          onDownload === undefined
            ? []
            : [{ id: 'download', label: t('download'), icon: Download, run: () => onDownload(id) }]
        }
        {...(onDownload === undefined ? {} : { onDownload: ({ id }) => onDownload(id) })}
      />
    </PreviewAddressProvider>
  )
}
