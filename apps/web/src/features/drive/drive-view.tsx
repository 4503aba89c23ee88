'use client'

import dynamic from 'next/dynamic'
import { useRef } from 'react'
import { useDrive } from './drive-context.tsx'
import { FolderPane } from './folder-pane.tsx'
import { NameDialog, type Naming } from './name-dialog.tsx'
import { focusEntry } from './use-folder-pane.ts'

// Most people never see it: it comes when it is needed.
const ConflictDialog = dynamic(() => import('./conflict-dialog.tsx').then((module) => module.ConflictDialog), {
  ssr: false,
})

/** The open folder and the dialog that names folders and files. */
export function DriveView() {
  const drive = useDrive()
  const { naming, setNaming, changes, folderId } = drive
  // It stays while it closes.
  const asked = useRef(false)
  if (changes.conflict !== null) asked.current = true
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
      {asked.current ? (
        <ConflictDialog conflict={changes.conflict} onDecide={changes.decide} onReturnFocus={() => focusEntry(null)} />
      ) : null}
    </>
  )
}
