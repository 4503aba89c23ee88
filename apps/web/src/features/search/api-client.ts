import { callApi } from '../../lib/call-api.ts'
import type { EntryItem, SearchPage } from './schema.ts'

export function searchEntries(q: string, folderId: string, cursor: string | null, signal: AbortSignal) {
  const query = new URLSearchParams({ q, folder: folderId })
  if (cursor !== null) query.set('cursor', cursor)
  return callApi<SearchPage>(`/api/search?${query}`, { signal })
}

/** What was opened or added last. */
export async function recentEntries(signal: AbortSignal): Promise<EntryItem[]> {
  return (await callApi<{ items: EntryItem[] }>('/api/drive/entries?folder=~recent', { signal })).items
}
