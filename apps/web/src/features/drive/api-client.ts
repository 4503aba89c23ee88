import { callApi } from '../../lib/call-api.ts'
import type { EntrySelector } from '../../lib/entries/selector.ts'
import type {
  Change,
  ConflictDecisions,
  Copies,
  DownloadUrl,
  EntryItem,
  EntryPage,
  FolderTree,
  Jobs,
  JobView,
  ListMark,
  SortDirection,
  SortKey,
  TagChange,
  TypedEntry,
} from './schema.ts'

/** In place of an id: the person's own top folder. */
export const ROOT_ID = 'root'

export type ListOrder = { sort: SortKey; direction: SortDirection }

/** Which page: behind a cursor, with the entry at a position, or with one entry; null for the first. */
export type PageAt = string | null | { at: number } | { around: string }

export function listEntries(folderId: string, order: ListOrder, page: PageAt, signal?: AbortSignal) {
  const query = new URLSearchParams({ folder: folderId, sort: order.sort, dir: order.direction })
  if (typeof page === 'string') query.set('cursor', page)
  else for (const [name, value] of Object.entries(page ?? {})) query.set(name, String(value))
  return callApi<EntryPage>(`/api/drive/entries?${query}`, signal === undefined ? {} : { signal })
}

export async function listMarks(folderId: string, { sort, direction }: ListOrder, signal: AbortSignal) {
  const query = new URLSearchParams({ folder: folderId, sort, dir: direction })
  return (await callApi<{ marks: ListMark[] }>(`/api/drive/marks?${query}`, { signal })).marks
}

/** The id of the first entry in a list by name that begins with what was typed; null: there is none. */
export async function findTyped(folderId: string, direction: SortDirection, typed: string): Promise<string | null> {
  const query = new URLSearchParams({ folder: folderId, dir: direction, typed })
  return (await callApi<TypedEntry>(`/api/drive/typed?${query}`)).id
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

export function moveEntries(selector: EntrySelector, targetId: string, conflict?: ConflictDecisions): Promise<Change> {
  return callApi<Change>('/api/drive/move', { method: 'POST', body: { ...selector, targetId, conflict } })
}

export function copyEntries(selector: EntrySelector, targetId: string, conflict?: ConflictDecisions): Promise<Change> {
  return callApi<Change>('/api/drive/copy', { method: 'POST', body: { ...selector, targetId, conflict } })
}

export function trashEntries(selector: EntrySelector): Promise<Change> {
  return callApi<Change>('/api/drive/trash', { method: 'POST', body: selector })
}

export function restoreEntries(selector: EntrySelector, conflict?: ConflictDecisions): Promise<Change> {
  return callApi<Change>('/api/drive/restore', { method: 'POST', body: { ...selector, conflict } })
}

/** For good: from trash, or what is still in the drive. */
export function deleteEntries(selector: EntrySelector, fromDrive: boolean): Promise<Change> {
  return callApi<Change>('/api/drive/delete', { method: 'POST', body: { ...selector, fromDrive } })
}

/** Of everything that is selected; of what is loaded alone, features/labels does it without a job. */
export function starEntries(selector: EntrySelector, on: boolean): Promise<Change> {
  return callApi<Change>('/api/drive/star', { method: 'POST', body: { ...selector, on } })
}

export function tagEntries(selector: EntrySelector, change: TagChange): Promise<Change> {
  return callApi<Change>('/api/drive/tag', { method: 'POST', body: { ...selector, ...change } })
}

export function undoChange(jobId: string): Promise<Change> {
  return callApi<Change>(`/api/drive/jobs/${encodeURIComponent(jobId)}/undo`, { method: 'POST' })
}

export async function listJobs(): Promise<JobView[]> {
  return (await callApi<Jobs>('/api/drive/jobs')).jobs
}

export function cancelJob(jobId: string): Promise<JobView> {
  return callApi<JobView>(`/api/drive/jobs/${encodeURIComponent(jobId)}/cancel`, { method: 'POST' })
}

export function seeJobs(): Promise<void> {
  return callApi<void>('/api/drive/jobs/seen', { method: 'POST' })
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
