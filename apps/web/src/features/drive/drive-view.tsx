'use client'

import { useDrive } from './drive-context.tsx'
import { FolderPane } from './folder-pane.tsx'

/** The open listing. Another one is another pane. */
export function DriveView() {
  return <FolderPane key={useDrive().folderId} />
}
