import type { QueryClient } from '@tanstack/react-query'
import type { ListOrder } from './api-client.ts'
import { type LoadedFolder, withChanged, withEntry, withoutEntries } from './entry-cache.ts'
import type { EntryItem } from './schema.ts'

export const treeKey = (folderId: string) => ['tree', folderId] as const
export const entriesKey = (folderId: string, { sort, direction }: ListOrder) =>
  ['entries', folderId, sort, direction] as const

/** Changes every cached order of a folder. Returns what takes the change back. */
function changeFolder(
  client: QueryClient,
  folderId: string,
  change: (folder: LoadedFolder, order: ListOrder) => LoadedFolder,
): () => void {
  const before = client.getQueriesData<LoadedFolder>({ queryKey: ['entries', folderId] })
  for (const [key, loaded] of before) {
    const [, , sort, direction] = key as ReturnType<typeof entriesKey>
    if (loaded !== undefined) client.setQueryData(key, change(loaded, { sort, direction }))
  }
  return () => {
    for (const [key, loaded] of before) client.setQueryData(key, loaded)
  }
}

export function removeFrom(client: QueryClient, folderId: string, ids: ReadonlySet<string>): () => void {
  return changeFolder(client, folderId, (folder) => withoutEntries(folder, ids))
}

export function changeIn(client: QueryClient, folderId: string, id: string, change: Partial<EntryItem>): () => void {
  return changeFolder(client, folderId, (folder) => withChanged(folder, id, change))
}

export function addTo(client: QueryClient, folderId: string, entries: readonly EntryItem[]): void {
  changeFolder(client, folderId, (folder, order) =>
    entries.reduce((all, entry) => withEntry(all, entry, order), folder),
  )
}

/** Asks the server again for what is on the screen; what is not will be asked when it is opened. */
export function refresh(client: QueryClient, folderId: string): void {
  void client.invalidateQueries({ queryKey: ['entries', folderId] })
}

export function refreshTree(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['tree'] })
}
