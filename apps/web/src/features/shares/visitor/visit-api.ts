import { callApi } from '../../../lib/call-api.ts'
import type { OpenedShare, SaveProgress, VisitedPage, VisitedShare, VisitedUrl } from '../schema.ts'

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

/** Begins to copy entries, all of the link without ids, into the drive of who is signed in. */
export async function saveToDrive(id: string, ids: readonly string[] | undefined): Promise<SaveProgress> {
  return (await callApi<{ job: SaveProgress }>(`/api/s/${id}/save`, { method: 'POST', body: ids ? { ids } : {} })).job
}

/** How far it is now. It ended and was looked at elsewhere, when it is not listed any more. */
export async function saveProgress(begun: SaveProgress): Promise<SaveProgress> {
  const { jobs } = await callApi<{ jobs: SaveProgress[] }>('/api/drive/jobs')
  return jobs.find(({ id }) => id === begun.id) ?? { ...begun, state: 'done' }
}
