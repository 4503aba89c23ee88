import { callApi } from '../../lib/call-api.ts'
import type { CreateShare, Measured, ShareAccesses, ShareList, ShareWithCode, UpdateShare } from './schema.ts'

export function listShares(): Promise<ShareList> {
  return callApi<ShareList>('/api/shares')
}

export function createShare(body: CreateShare): Promise<ShareWithCode> {
  return callApi<ShareWithCode>('/api/shares', { method: 'POST', body })
}

export function updateShare(id: string, body: UpdateShare): Promise<ShareWithCode> {
  return callApi<ShareWithCode>(`/api/shares/${encodeURIComponent(id)}`, { method: 'PATCH', body })
}

export function measureEntries(ids: readonly string[]): Promise<Measured> {
  return callApi<Measured>('/api/shares/measure', { method: 'POST', body: { ids } })
}

export function listAccesses(id: string, before: string | null): Promise<ShareAccesses> {
  const query = before === null ? '' : `?before=${before}`
  return callApi<ShareAccesses>(`/api/shares/${encodeURIComponent(id)}/accesses${query}`)
}
