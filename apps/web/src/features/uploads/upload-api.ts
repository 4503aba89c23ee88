import { ApiFailure, callApi, Unreachable } from '../../lib/call-api.ts'
import { senderId } from './device-id.ts'
import type {
  Challenge,
  ClaimBody,
  CompletedItem,
  CompletedUploads,
  DropFoldersBody,
  DroppedFolders,
  Preflight,
  PreflightBody,
  ProofAnswer,
  ProofBody,
  Renewal,
  StartedItem,
  StartedUploads,
  StartUploadsBody,
  UnfinishedUploads,
} from './schema.ts'

/** `have` null: no storage could be asked. */
type Copies = Record<string, { have: number | null; want: number }>
export type StartBody = StartUploadsBody['items'][number]

/** `avoid`: storages that these are better not sent to. */
export async function startUploads(items: StartBody[], avoid: string[] = []): Promise<StartedItem[]> {
  const body = { device: senderId(), avoid, items }
  return (await callApi<StartedUploads>('/api/uploads', { method: 'POST', body })).items
}

export async function completeUploads(items: { uploadId: string; receipt: string }[]): Promise<CompletedItem[]> {
  return (await callApi<CompletedUploads>('/api/uploads/complete', { method: 'POST', body: { items } })).items
}

/** `sent`: bytes at a storage that does not answer, or is `unable` to write; null: nothing is wrong with it. */
type TicketWish = { takeOver: boolean; silentSeconds: number; sent: number | null; unable: boolean }

export function renewTicket(uploadId: string, wanted: TicketWish): Promise<Renewal> {
  const { takeOver, silentSeconds, sent, unable } = wanted
  const wish = { takeOver: String(takeOver), silentSeconds: String(silentSeconds), unable: String(unable) }
  const query = new URLSearchParams({ device: senderId(), ...wish })
  if (sent !== null) query.set('sent', String(sent))
  return callApi<Renewal>(`/api/uploads/${encodeURIComponent(uploadId)}/ticket?${query}`, { method: 'POST' })
}

/** Says that this page runs, or that it ends. */
export function tellPresence(here: boolean): Promise<void> {
  return callApi<void>('/api/uploads/presence', {
    method: 'POST',
    body: { device: senderId(), here },
    keepalive: !here,
  })
}

export function preflight(body: PreflightBody): Promise<Preflight> {
  return callApi<Preflight>('/api/uploads/preflight', { method: 'POST', body })
}

export async function makeFolders(body: DropFoldersBody): Promise<DroppedFolders['items']> {
  return (await callApi<DroppedFolders>('/api/uploads/folders', { method: 'POST', body })).items
}

export function openClaim(uploadId: string, body: ClaimBody): Promise<Challenge> {
  return callApi<Challenge>(`/api/uploads/${encodeURIComponent(uploadId)}/claim`, { method: 'POST', body })
}

export function proveClaim(uploadId: string, body: ProofBody): Promise<ProofAnswer> {
  return callApi<ProofAnswer>(`/api/uploads/${encodeURIComponent(uploadId)}/proof`, { method: 'POST', body })
}

/** Gives up an upload; the space it reserved is free again. Outlives the page. */
export function abandonUpload(uploadId: string): Promise<void> {
  return callApi<void>(`/api/uploads/${encodeURIComponent(uploadId)}`, { method: 'DELETE', keepalive: true })
}

/** The same for many of them. */
export function abandonUploads(uploadIds: readonly string[]): Promise<void> {
  return callApi<void>('/api/uploads/abandon', { method: 'POST', body: { uploadIds }, keepalive: true })
}

export async function unfinishedUploads(): Promise<UnfinishedUploads['items']> {
  const { items, next } = await unfinishedAfter('')
  for (let after = next; after !== null; ) {
    const more = await unfinishedAfter(`?after=${after}`)
    items.push(...more.items)
    after = more.next
  }
  return items
}

function unfinishedAfter(query: string): Promise<UnfinishedUploads> {
  return callApi<UnfinishedUploads>(`/api/uploads${query}`)
}

export function copiesOf(ids: readonly string[]): Promise<Copies> {
  return callApi<Copies>(`/api/drive/copies?ids=${ids.map(encodeURIComponent).join(',')}`)
}

// Signed out: after signing in, in another tab too, it goes on.
const passing = new Set(['no_storage', 'no_room', 'busy', 'internal', 'too_many_attempts', 'signed_out'])

/** Whether a refusal is worth trying again without anybody doing anything. */
export function isPassing(code: string): boolean {
  return passing.has(code)
}

/** Sorts what a call threw: the network, a passing refusal, or a final one. Anything else travels on. */
export function refusalOf(
  error: unknown,
): { kind: 'network' } | { kind: 'storage' } | { kind: 'final'; error: ApiFailure } {
  if (error instanceof Unreachable) return { kind: 'network' }
  if (!(error instanceof ApiFailure)) throw error
  return error.status >= 500 || isPassing(error.code) ? { kind: 'storage' } : { kind: 'final', error }
}
