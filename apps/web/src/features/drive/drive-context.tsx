'use client'

import { createContext, useContext } from 'react'
import type { ListOrder } from './api-client.ts'
import type { Naming } from './name-dialog.tsx'
import type { Place } from './place.ts'
import type { DriveChanges, Target } from './use-drive-changes.ts'
import type { FolderState } from './use-folder.ts'
import type { Opening } from './use-folder-route.ts'

/** What only the page can do: uploads are another feature. The name of a target is its way, as shown. */
export type UploadDoor = {
  /** Files from outside were dropped on a folder. Called inside the drop event. */
  dropFiles: (transfer: DataTransfer, target: Target) => void
  pasteFiles: (files: readonly File[], target: Target) => void
  /** Opens the browser's chooser of one kind. */
  pick: (what: Pickable, target: Target) => void
}

export type Shown = { folderId: string; entryId: string }

export type Pickable = 'files' | 'folder' | 'pictures' | 'photo'

export type Drive = {
  /** Files for the open folder, or dropped on another one. */
  pick: (what: Pickable) => void
  dropFiles: (transfer: DataTransfer, target: Target) => void
  /** The listing that is shown; null on pages that are none. */
  place: Place | null
  /** `placeId` of it: the folder's id, or a word like '~recent'. */
  folderId: string
  /** From below the top folder down to the open one; known before the folder is loaded where it can be. */
  path: readonly Target[]
  open: (folder: Target | string, how?: Opening) => void
  /** Opens a folder with one of its entries in view, selected and focused. */
  openAt: (folderId: string, entryId: string) => void
  /** What that was last done with, until something else is opened; a new object for each time. */
  shown: Shown | null
  /** The folder that was open before, when this one was opened by going up. */
  cameFrom: string | null
  state: FolderState
  order: ListOrder
  changes: DriveChanges
  naming: Naming | null
  setNaming: (naming: Naming | null) => void
  /** Where the list was scrolled to when a folder was left. */
  scrollOf: (folderId: string) => number
  keepScroll: (folderId: string, offset: number) => void
}

export const DriveContext = createContext<Drive | null>(null)

export function useDrive(): Drive {
  const drive = useContext(DriveContext)
  if (drive === null) throw new Error('A part of the drive is used outside of it')
  return drive
}
