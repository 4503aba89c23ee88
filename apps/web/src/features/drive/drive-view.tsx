'use client'

import { useDrive } from './drive-context.tsx'
import { FolderPane } from './folder-pane.tsx'

/** The open listing. Another one is another pane; a search that is being typed stays the same. */
export function DriveView() {
  const { folderId, place } = useDrive()
  return <FolderPane key={place?.kind === 'search' ? place.kind : folderId} />
}
