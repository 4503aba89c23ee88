import { createHash } from 'node:crypto'
import { type ServiceOp, sign } from '@cairn/dfs-core/tickets'
import { z } from 'zod'
import type { ReachableMember } from './address-book.ts'
import { env } from './env.ts'
import { masterKeys } from './keys.ts'
import {
  acknowledgeStoredUploads,
  endSpooledUploads,
  listOpenSpools,
  listStoredUploads,
  spooledOffsets,
} from './spooled-uploads.ts'

const TICKET_SECONDS = 60
const TIMEOUT_MS = 10_000
const REASON_CHARS_MAX = 500
/** Finished uploads in one answer of a storage. */
export const LIST_MAX = 1000

/** A storage did not do what it was asked to, or answered with something else. */
export class StorageServiceError extends Error {
  override readonly name = 'StorageServiceError'
}

/** Nobody answered: no connection, one that was cut, or one that took too long. */
export class StorageSilentError extends Error {
  override readonly name = 'StorageSilentError'
}

async function call<T>(member: ReachableMember, op: ServiceOp, body: unknown, answer: z.ZodType<T>): Promise<T> {
  const text = JSON.stringify(body)
  const ticket = sign(
    {
      typ: 'sv',
      grp: member.group,
      mem: member.storageId,
      op,
      arg: '',
      bodySha256: createHash('sha256').update(text).digest('hex'),
      exp: Math.floor(Date.now() / 1000) + TICKET_SECONDS,
    },
    masterKeys().serviceRing(member.group, member.storageId),
  )
  const host = member.ip.includes(':') ? `[${member.ip}]` : member.ip
  const request = new Request(`http://${host}:${member.httpPort}/cairn/v1/${op}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ticket}`, 'Content-Type': 'application/json' },
    body: text,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const { status, text: said } = await exchange(request)
  const what = `storage ${member.storageId} answered ${op} with ${status}`
  if (status !== 200) throw new StorageServiceError(`${what}: ${said.slice(0, REASON_CHARS_MAX)}`)
  try {
    return answer.parse(JSON.parse(said))
  } catch (cause) {
    throw new StorageServiceError(`${what} and something that is no answer to it`, { cause })
  }
}

/** Whatever fails between a request that is whole and the last byte of its answer, the network did. */
async function exchange(request: Request): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(request)
    return { status: response.status, text: await response.text() }
  } catch (cause) {
    throw new StorageSilentError(`nobody answers at ${new URL(request.url).host}`, { cause })
  }
}

const listSchema = z.object({
  uploads: z.array(z.object({ upl: z.string(), receipt: z.string() })).max(LIST_MAX),
})
// Storages of an earlier version do not tell.
const openSchema = z.object({ open: z.array(z.string()).max(LIST_MAX).default([]) })
const doneSchema = z.object({ done: z.array(z.string()) })

export type UnacknowledgedUpload = z.infer<typeof listSchema>['uploads'][number]

/** Finished uploads that nobody acknowledged, at most LIST_MAX, in the storage's order, after `after`. */
export async function listUnacknowledged(member: ReachableMember, after?: string): Promise<UnacknowledgedUpload[]> {
  if (env().gateway !== undefined) return await listStoredUploads(member, after, LIST_MAX)
  const body = after === undefined ? {} : { after }
  return (await call(member, 'list', body, listSchema)).uploads
}

/** Uploads of which the storage has a part, its own or a copy, at most LIST_MAX, by name, after `after`. */
export async function listOpen(member: ReachableMember, after?: string): Promise<string[]> {
  if (env().gateway !== undefined) return await listOpenSpools(member, after, LIST_MAX)
  const body = { open: true, ...(after !== undefined && { after }) }
  return (await call(member, 'list', body, openSchema)).open
}

/** Tells the storage that these uploads are settled; it forgets them. */
export async function acknowledge(member: ReachableMember, upls: string[]): Promise<void> {
  if (env().gateway !== undefined) return await acknowledgeStoredUploads(upls)
  await call(member, 'ack', { upls }, doneSchema)
}

/** Tells the storage to throw the parts of these unfinished uploads away. */
export async function dropParts(member: ReachableMember, upls: string[]): Promise<void> {
  if (env().gateway !== undefined) return await endSpooledUploads(upls)
  await call(member, 'drop', { upls }, doneSchema)
}

const countSchema = z.number().nonnegative()
const partsSchema = z.object({ parts: z.array(z.object({ upl: z.string(), offset: countSchema })) })

/** How many bytes of these uploads the storage has; those that it does not know are missing. */
export async function partOffsets(member: ReachableMember, upls: string[]): Promise<Map<string, number>> {
  if (env().gateway !== undefined) return await spooledOffsets(member, upls)
  const { parts } = await call(member, 'stat', { upls }, partsSchema)
  return new Map(parts.map(({ upl, offset }) => [upl, offset]))
}

// What has a default here is not told by storages of an earlier version, which are updated one after the other.
const setAsideSchema = z.object({
  id: z.string().default(''),
  fileId: z.string().nullable(),
  op: z.string().nullable(),
  reason: z.string(),
  at: countSchema,
  peer: z.string(),
})
const statusSchema = z.object({
  version: z.string(),
  startedAt: countSchema,
  storePaths: z.array(
    z.object({
      path: z.string(),
      totalBytes: countSchema,
      freeBytes: countSchema,
      reservedBytes: countSchema,
      usedBytes: countSchema.nullable(),
      writable: z.boolean(),
      failure: z.string().nullable().default(null),
      busyMs: countSchema.nullable().default(null),
      disk: z.string().nullable().default(null),
    }),
  ),
  files: countSchema.nullable(),
  openUploads: countSchema,
  setAside: z.object({ count: countSchema, items: z.array(setAsideSchema) }),
  peers: z.array(
    z.object({
      storageId: z.string(),
      ip: z.string(),
      status: z.number(),
      recordsBehind: countSchema.nullable(),
      bytesBehind: countSchema.nullable(),
      lagSeconds: countSchema,
      connected: z.boolean(),
      sentBytesPerSecond: countSchema.nullable().default(null),
      receivedUntil: countSchema.nullable(),
    }),
  ),
  scrub: z
    .object({
      startedAt: countSchema,
      finishedAt: countSchema.nullable(),
      files: countSchema,
      bytes: countSchema,
      repaired: countSchema,
      damaged: z.object({ count: countSchema, fileIds: z.array(z.string()) }),
    })
    .nullable()
    .default(null),
})

const settledSchema = z.object({ done: z.array(z.string()) })

/** Has changes that were set aside tried again at once, or forgotten; those that the storage still had. */
export async function settleSetAside(
  member: ReachableMember,
  action: 'retry' | 'dismiss',
  ids: string[],
): Promise<string[]> {
  return (await call(member, 'aside', { action, ids }, settledSchema)).done
}

const begunSchema = z.object({ begun: z.boolean() })

/** Has a storage compare all its files with their names now; false: it is set not to. */
export async function beginCheck(member: ReachableMember): Promise<boolean> {
  return (await call(member, 'check', {}, begunSchema)).begun
}

/** How a storage is, in its own words; docs/storage-http.md says what each field means. */
export type StorageStatus = z.infer<typeof statusSchema>

/** Asks a storage how it is. */
export function storageStatus(member: ReachableMember): Promise<StorageStatus> {
  return call(member, 'status', {}, statusSchema)
}
