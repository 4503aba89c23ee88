import { callApi } from '../../../lib/call-api.ts'
import type { OpenedShare, Saved, VisitedPage, VisitedShare, VisitedUrl } from '../schema.ts'

export type VisitOrder = { sort: 'name' | 'size' | 'modified'; dir: 'asc' | 'desc' }

export function openLink(token: string, code: string | undefined): Promise<OpenedShare> {
  return callApi<OpenedShare>('/api/s/open', {
    method: 'POST',
    body: { token, ...(code === undefined ? {} : { code }) },
  })
}

export function describeLink(id: string): Promise<VisitedShare> {
  return callApi<VisitedShare>(`/api/s/${id}`)
}

type PageQuery = VisitOrder & { folder: string; cursor: string | null }

export function listLink(id: string, { folder, sort, dir, cursor }: PageQuery): Promise<VisitedPage> {
  const query = new URLSearchParams({ folder, sort, dir, ...(cursor === null ? {} : { cursor }) })
  return callApi<VisitedPage>(`/api/s/${id}/entries?${query}`)
}

/** Where to get entries; all of the link without ids. Counts as a download. */
export async function downloadUrl(id: string, ids: readonly string[] | undefined): Promise<string> {
  return (await callApi<VisitedUrl>(`/api/s/${id}/download`, { method: 'POST', body: ids ? { ids } : {} })).url
}

export function saveToDrive(id: string, ids: readonly string[] | undefined): Promise<Saved> {
  return callApi<Saved>(`/api/s/${id}/save`, { method: 'POST', body: ids ? { ids } : {} })
}
