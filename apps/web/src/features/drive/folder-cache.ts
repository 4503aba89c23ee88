import type { QueryClient } from '@tanstack/react-query'
import { ApiFailure } from '../../lib/call-api.ts'
import { LABELS_KEY } from '../../lib/entries/labels-key.ts'
import type { ListOrder } from './api-client.ts'
import type { Chosen } from './chosen.ts'
import {
  asComplete,
  type LoadedFolder,
  withChanged,
  withEntries,
  withoutEntries,
  withoutNamesakes,
} from './entry-cache.ts'
import { placeOfId } from './place.ts'
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

/** Takes chosen entries out of a list. Of a predicate only the exceptions stay, whatever is loaded. */
export function removeFrom(client: QueryClient, folderId: string, { selector, ids }: Chosen): () => void {
  const isAll = 'all' in selector && selector.all.folder === folderId
  return changeFolder(client, folderId, (folder) => {
    const left = withoutEntries(folder, new Set(ids))
    return isAll ? asComplete(left) : left
  })
}

export function changeIn(client: QueryClient, folderId: string, id: string, change: Partial<EntryItem>): () => void {
  return changeFolder(client, folderId, (folder) => withChanged(folder, id, change))
}

export function addTo(client: QueryClient, folderId: string, entries: readonly EntryItem[]): void {
  const isFolder = placeOfId(folderId)?.kind === 'folder'
  // What came last counts: a file can be replaced while it is on its way here.
  const latest = [...new Map(entries.map((entry) => [isFolder ? entry.name : entry.id, entry])).values()]
  changeFolder(client, folderId, (folder, order) =>
    withEntries(isFolder ? withoutNamesakes(folder, latest) : folder, latest, order),
  )
}

/** Asks the server again for what is on the screen; what is not will be asked when it is opened. */
export function refresh(client: QueryClient, folderId: string): void {
  void client.invalidateQueries({ queryKey: ['entries', folderId] })
}

export function refreshTree(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['tree'] })
}

/** What stands in the sidebar: used space, counts of categories and tags. */
export function refreshSums(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['me'] })
  void client.invalidateQueries({ queryKey: LABELS_KEY })
}

/** The places that gather from the whole drive: any change may touch them. */
export function refreshGathered(client: QueryClient): void {
  void client.invalidateQueries({
    predicate: ({ queryKey: [kind, place] }) =>
      kind === 'entries' && typeof place === 'string' && place.startsWith('~'),
  })
}

/** Lists that are not on the screen may hold what has changed: they are asked for when they are opened. */
export function distrustOthers(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['entries'], refetchType: 'none' })
}

/** Everything that may be on the screen, after a change whose reach is not known here. */
export function refreshAll(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['entries'] })
  void client.invalidateQueries({ queryKey: ['details'] })
  refreshSums(client)
  refreshTree(client)
}

/** What somebody else has taken away meanwhile goes from the screen as well, once the server has said so. */
export function refreshWhenGone(client: QueryClient, error: Error): void {
  if (error instanceof ApiFailure && error.status === 404) refreshAll(client)
}
