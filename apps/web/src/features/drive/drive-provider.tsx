'use client'

import { useTranslations } from 'next-intl'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { holdKeys } from '../../components/held-keys.ts'
import { usePreferences } from '../../components/preferences-provider.tsx'
import { type ListOrder, ROOT_ID } from './api-client.ts'
import { DriveContext, type Shown, type UploadDoor } from './drive-context.tsx'
import type { Naming } from './name-dialog.tsx'
import type { EntryPage } from './schema.ts'
import { type Target, useDriveChanges } from './use-drive-changes.ts'
import { useFolder } from './use-folder.ts'
import { type Opening, useFolderRoute } from './use-folder-route.ts'

/** The first page of the folder that the page was opened with. */
export type InitialFolder = { folderId: string; order: ListOrder; page: EntryPage }

type DriveProviderProps = { initial: InitialFolder | null; uploads: UploadDoor; children: ReactNode }

/** The open folder and everything that can be done to it, for the sidebar, the bars and the list. */
export function DriveProvider({ initial, uploads, children }: DriveProviderProps) {
  const shell = useTranslations('shell')
  const route = useFolderRoute()
  const { place, folderId } = route
  const { preferences } = usePreferences()
  const order = useStableOrder(preferences)
  const state = useFolder({ folderId, order, initial: initialPage(initial, folderId, order), wanted: place !== null })
  const changes = useDriveChanges(folderId)
  const [naming, setNaming] = useState<Naming | null>(null)
  const paths = useRef(new Map<string, readonly Target[]>([[ROOT_ID, []]]))
  const offsets = useRef(new Map<string, number>())
  const cameFrom = useRef<string | null>(null)
  const [shown, setShown] = useState<Shown | null>(null)

  if (state.folder !== null) paths.current.set(folderId, state.folder.path)
  const path = paths.current.get(folderId) ?? []

  // Uploads name the whole way to their folder.
  const way = path.length === 0 ? [shell('drive')] : path.map(({ name }) => name)
  // What is gathered from the whole drive is no folder to put something into.
  const here = { id: place?.kind === 'folder' ? folderId : ROOT_ID, name: way.join(' / ') }
  const below = (target: Target) => ({
    id: target.id,
    name: [...path.map(({ name }) => name), target.name].join(' / '),
  })
  usePaste((files) => uploads.pasteFiles(files, here))

  const open = (folder: Target | string, how?: Opening) => {
    const id = typeof folder === 'string' ? folder : folder.id
    const goesUp = id === ROOT_ID || path.some((above) => above.id === id)
    const child = id === ROOT_ID ? path[0] : path[path.findIndex((above) => above.id === id) + 1]
    cameFrom.current = goesUp ? (child?.id ?? null) : null
    setShown(null)
    const known = how?.path ?? wayTo(folder, path)
    if (known !== undefined && !paths.current.has(id)) paths.current.set(id, known)
    route.open(id, how)
  }
  const openAt = (id: string, entryId: string) => {
    setShown({ folderId: id, entryId })
    route.open(id)
  }

  return (
    <DriveContext
      value={{
        pick: (what) => uploads.pick(what, here),
        dropFiles: (transfer, target) => uploads.dropFiles(transfer, target.id === folderId ? here : below(target)),
        place,
        folderId,
        path,
        open,
        openAt,
        shown,
        cameFrom: cameFrom.current,
        state,
        order,
        changes,
        naming,
        setNaming: (wanted) => {
          if (wanted !== null) holdKeys()
          setNaming(wanted)
        },
        scrollOf: (id) => offsets.current.get(id) ?? 0,
        keepScroll: (id, offset) => offsets.current.set(id, offset),
      }}
    >
      {children}
    </DriveContext>
  )
}

/** The way to a folder that lies on the way to the open one, or in it; its title need not wait for an answer. */
function wayTo(folder: Target | string, path: readonly Target[]): readonly Target[] | undefined {
  const id = typeof folder === 'string' ? folder : folder.id
  const at = path.findIndex((above) => above.id === id)
  if (at >= 0) return path.slice(0, at + 1)
  return typeof folder === 'string' ? undefined : [...path, folder]
}

/** Files in the clipboard, screenshots too, are uploaded into the open folder. */
function usePaste(onFiles: (files: readonly File[]) => void): void {
  const latest = useRef(onFiles)
  latest.current = onFiles
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length === 0 || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      latest.current(files)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [])
}

function initialPage(initial: InitialFolder | null, folderId: string, order: ListOrder): EntryPage | null {
  const fits =
    initial?.folderId === folderId && initial.order.sort === order.sort && initial.order.direction === order.direction
  return fits ? initial.page : null
}

function useStableOrder({ sort, direction }: ListOrder): ListOrder {
  const kept = useRef<ListOrder>({ sort, direction })
  if (kept.current.sort !== sort || kept.current.direction !== direction) kept.current = { sort, direction }
  return kept.current
}
