'use client'

import dynamic from 'next/dynamic'
import { useOnceOpen } from '../../components/use-once-open.ts'
import { useDrive } from './drive-context.tsx'
import { FolderPane } from './folder-pane.tsx'
import type { Naming } from './name-dialog.tsx'
import { focusEntry } from './use-folder-pane.ts'

// They come when they are needed.
const NameDialog = dynamic(() => import('./name-dialog.tsx').then((module) => module.NameDialog), { ssr: false })
const ConflictDialog = dynamic(() => import('./conflict-dialog.tsx').then((module) => module.ConflictDialog), {
  ssr: false,
})

/** The open folder and the dialog that names folders and files. */
export function DriveView() {
  const drive = useDrive()
  const { naming, setNaming, changes, folderId } = drive
  const asked = useOnceOpen(changes.conflict !== null)
  const named = useOnceOpen(naming !== null)
  const apply = (wanted: Naming, name: string): Promise<unknown> =>
    wanted.kind === 'create' ? changes.create(name) : changes.rename({ entry: wanted.entry, name })
  return (
    <>
      <FolderPane key={folderId} />
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
