'use client'

import { ConflictDialog } from './conflict-dialog.tsx'
import { useDrive } from './drive-context.tsx'
import { FolderPane } from './folder-pane.tsx'
import { NameDialog, type Naming } from './name-dialog.tsx'
import { focusEntry } from './use-folder-pane.ts'

/** The open folder and the dialog that names folders and files. */
export function DriveView() {
  const drive = useDrive()
  const { naming, setNaming, changes, folderId } = drive
  const apply = (wanted: Naming, name: string): Promise<unknown> =>
    wanted.kind === 'create' ? changes.create(name) : changes.rename({ entry: wanted.entry, name })
  return (
    <>
      <FolderPane key={folderId} />
      <NameDialog
        naming={naming}
        onClose={() => setNaming(null)}
        onName={apply}
        onReturnFocus={() => focusEntry(null)}
      />
      <ConflictDialog conflict={changes.conflict} onDecide={changes.decide} onReturnFocus={() => focusEntry(null)} />
    </>
  )
}
