'use client'

import type { ReactNode } from 'react'
import { Contained } from '../../components/contained.tsx'
import { type EntryDoors, EntryDoorsProvider } from '../../features/drive/entry-doors.tsx'
import { PaletteArea, usePaletteDoor, useSearchDoors } from './find-door.tsx'
import { useDetailsDoor } from './use-details-door.tsx'
import { useEditorDoor } from './use-editor-door.tsx'
import { useKeepDoor } from './use-keep-door.ts'
import { useLabelDoors } from './use-label-doors.tsx'
import { useNotedOpening } from './use-noted-opening.ts'
import { usePreviewDoor } from './use-preview-door.tsx'
import { useShareDoors } from './use-share-doors.tsx'
import { useVerifyDoor } from './use-verify-door.tsx'

/** Opens the doors of the other features to the drive: each line is one, what it shows stands beside the children. */
export function DriveDoors({ children }: { children: ReactNode }) {
  const share = useShareDoors()
  const preview = usePreviewDoor()
  const openPreview = useNotedOpening(preview.open)
  const details = useDetailsDoor(openPreview)
  const editor = useEditorDoor()
  const find = usePaletteDoor()
  const search = useSearchDoors()
  const verify = useVerifyDoor()
  const labels = useLabelDoors()
  const keep = useKeepDoor()
  const doors: EntryDoors = {
    ...share.doors,
    ...labels.doors,
    ...search,
    palette: find.open,
    verify: verify.verify,
    preview: openPreview,
    details,
    edit: editor.edit,
    createText: editor.createText,
    ...(keep && { keep }),
  }
  return (
    <EntryDoorsProvider value={doors}>
      {children}
      <Contained>
        {share.dialog}
        {preview.shown(doors)}
        {editor.shown}
        {labels.dialog}
        {verify.dialog}
        <PaletteArea door={find} />
      </Contained>
    </EntryDoorsProvider>
  )
}
