'use client'

import dynamic from 'next/dynamic'
import { useState } from 'react'
import type { EntryDoors } from '../../features/drive/entry-doors.tsx'

const DetailsPanel = dynamic(
  () => import('../../features/details/details-panel.tsx').then(({ DetailsPanel: part }) => part),
  { ssr: false },
)

/** The panel that tells about the selection; it stays open while one walks through the drive. */
export function useDetailsDoor(preview: NonNullable<EntryDoors['preview']>): NonNullable<EntryDoors['details']> {
  const [open, setOpen] = useState(false)
  return {
    open,
    toggle: () => setOpen((before) => !before),
    panel: (about) => (
      <DetailsPanel {...about} onPreview={(entry) => preview(entry, about.among)} onClose={() => setOpen(false)} />
    ),
  }
}
