'use client'

import dynamic from 'next/dynamic'
import { useOnceOpen } from '../../components/use-once-open.ts'
import { ROOT_ID } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { useEntryDoors } from './entry-doors.tsx'
import type { Naming } from './name-dialog.tsx'
import { focusEntry } from './use-folder-pane.ts'

// They come when they are needed.
const NameDialog = dynamic(() => import('./name-dialog.tsx').then((module) => module.NameDialog), { ssr: false })
const ConflictDialog = dynamic(() => import('./conflict-dialog.tsx').then((module) => module.ConflictDialog), {
  ssr: false,
})

/** The dialogs that name entries and decide about taken names, on every page of the drive. */
export function DriveDialogs() {
  const drive = useDrive()
  const { naming, setNaming, changes, place } = drive
  const { createText } = useEntryDoors()
  const asked = useOnceOpen(changes.conflict !== null)
  const named = useOnceOpen(naming !== null)
  const apply = async (wanted: Naming, name: string): Promise<void> => {
    if (wanted.kind === 'rename') {
      await changes.rename({ entry: wanted.entry, name })
      return
    }
    if (wanted.kind === 'write') {
      await createText?.(name, place?.kind === 'folder' ? drive.folderId : ROOT_ID)
      return
    }
    const folder = await changes.create(name)
    // Where no folder is open it was made in the top one, and is shown there.
    if (place?.kind !== 'folder') drive.openAt(ROOT_ID, folder.id)
  }
  return (
    <>
      {named ? (
        <NameDialog
          naming={naming}
          onClose={() => setNaming(null)}
          onName={apply}
          onReturnFocus={() => focusEntry(null)}
        />
      ) : null}
      {asked ? (
        <ConflictDialog conflict={changes.conflict} onDecide={changes.decide} onReturnFocus={() => focusEntry(null)} />
      ) : null}
    </>
  )
}
