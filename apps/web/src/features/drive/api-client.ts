import { callApi } from '../../lib/call-api.ts'
import type {
  Copies,
  DownloadUrl,
  EntryItem,
  EntryPage,
  FolderTree,
  Moved,
  Restored,
  SortDirection,
  SortKey,
  Trashed,
} from './schema.ts'

/** In place of an id: the person's own top folder. */
export const ROOT_ID = 'root'
const BATCH_MAX = 1000

export type ListOrder = { sort: SortKey; direction: SortDirection }

export function listEntries(folderId: string, order: ListOrder, cursor: string | null, signal?: AbortSignal) {
  const query = new URLSearchParams({ folder: folderId, sort: order.sort, dir: order.direction })
  if (cursor !== null) query.set('cursor', cursor)
  return callApi<EntryPage>(`/api/drive/entries?${query}`, signal === undefined ? {} : { signal })
}

export function listFolders(folderId: string): Promise<FolderTree> {
  return callApi<FolderTree>(`/api/drive/tree?folder=${encodeURIComponent(folderId)}`)
}

export function createFolder(parentId: string, name: string): Promise<EntryItem> {
  return callApi<EntryItem>('/api/drive/folders', { method: 'POST', body: { parentId, name } })
}

export function renameEntry(id: string, name: string): Promise<EntryItem> {
  return callApi<EntryItem>(`/api/drive/entries/${encodeURIComponent(id)}`, { method: 'PATCH', body: { name } })
}

export function moveEntries(ids: readonly string[], targetId: string): Promise<EntryItem[]> {
  return inBatches(ids, async (batch) => {
    return (await callApi<Moved>('/api/drive/move', { method: 'POST', body: { ids: batch, targetId } })).items
  })
}

/** Returns what brings them back. */
export function trashEntries(ids: readonly string[]): Promise<string[]> {
  return inBatches(ids, async (batch) => {
    return (await callApi<Trashed>('/api/drive/trash', { method: 'POST', body: { ids: batch } })).trashIds
  })
}

export function restoreEntries(trashIds: readonly string[]): Promise<EntryItem[]> {
  return inBatches(trashIds, async (batch) => {
    return (await callApi<Restored>('/api/drive/restore', { method: 'POST', body: { ids: batch } })).items
  })
}

export async function downloadUrl(id: string): Promise<string> {
  return (await callApi<DownloadUrl>(`/api/drive/entries/${encodeURIComponent(id)}/url`)).url
}

/** A page of this origin that leads to the file, shown in the browser where it can be. */
export function openUrl(id: string): string {
  return `/api/drive/entries/${encodeURIComponent(id)}/download?inline=1`
}

export function thumbnailsOf(
  ids: readonly string[],
): Promise<Record<string, { url: string | null; pending: boolean }>> {
  return callApi(`/api/drive/thumbnails?ids=${ids.map(encodeURIComponent).join(',')}`)
}

export function copiesOf(ids: readonly string[]): Promise<Copies> {
  return callApi<Copies>(`/api/drive/copies?ids=${ids.map(encodeURIComponent).join(',')}`)
}

async function inBatches<Out>(ids: readonly string[], act: (batch: string[]) => Promise<Out[]>): Promise<Out[]> {
  const results: Out[] = []
  for (let at = 0; at < ids.length; at += BATCH_MAX) results.push(...(await act(ids.slice(at, at + BATCH_MAX))))
  return results
}
