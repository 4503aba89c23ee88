import { Prisma } from '../../../generated/prisma/client.ts'
import type { Transaction } from '../../../lib/db.ts'
import type { Conflict } from '../../../lib/entries/conflict.ts'
import { changeSpace } from '../../../lib/quota.ts'

export type UploadState = 'created' | 'uploading' | 'committed' | 'aborted' | 'expired' | 'failed'

/** A row of the table `upload`. */
export interface UploadRow {
  id: bigint
  upl: string
  owner_id: string
  folder_id: bigint | null
  entry_public_id: string
  entry_id: bigint | null
  name: string
  size: bigint
  ext: string
  conflict: Conflict
  modified_at: Date | null
  state: UploadState
  epoch: number
  reserved_bytes: bigint
  grp: string
  storage_id: string
  notice: string | null
  device: string | null
  device_agent: string | null
  replaces_id: bigint | null
  replaces_sha256: string | null
}

const columns = Prisma.sql`
  id, upl, owner_id, folder_id, entry_public_id, entry_id, name, size, ext, conflict, modified_at, state, epoch,
  reserved_bytes, grp, storage_id, notice, device, device_agent, replaces_id, replaces_sha256`

export function isOpen(state: UploadState): boolean {
  return state === 'created' || state === 'uploading'
}

/** Locks these uploads of one owner, in the order of their ids. Those that are not there are missing in the answer. */
export async function lockUploads(tx: Transaction, ownerId: string, upls: string[]): Promise<Map<string, UploadRow>> {
  const rows = await tx.$queryRaw<UploadRow[]>`
    SELECT ${columns} FROM upload WHERE upl = ANY(${upls}::text[]) AND owner_id = ${ownerId}
    ORDER BY id FOR UPDATE`
  return new Map(rows.map((row) => [row.upl, row]))
}

/** Locks unfinished uploads whose time is over, leaving out those that somebody else works on. */
export async function lockExpiredUploads(tx: Transaction, limit: number): Promise<UploadRow[]> {
  return await tx.$queryRaw<UploadRow[]>`
    SELECT ${columns} FROM upload WHERE expires_at < now() AND state IN ('created', 'uploading')
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`
}

/** The rows of these uploads as they are now, whoever owns them. */
export async function readUploads(tx: Transaction, upls: string[]): Promise<Map<string, UploadRow>> {
  const rows = await tx.$queryRaw<UploadRow[]>`SELECT ${columns} FROM upload WHERE upl = ANY(${upls}::text[])`
  return new Map(rows.map((row) => [row.upl, row]))
}

/**
 * Takes locked, unfinished uploads to a final state that stores nothing, and gives their reservations back. The row's
 * own value is what is released, so it can happen only once.
 */
export async function endUploads(
  tx: Transaction,
  rows: readonly UploadRow[],
  state: 'aborted' | 'expired' | 'failed',
  failure: string | null = null,
): Promise<void> {
  if (rows.length === 0) return
  await tx.$executeRaw`
    UPDATE upload SET state = ${state}, failure = ${failure}, reserved_bytes = 0, updated_at = now()
    WHERE id = ANY(${rows.map((row) => row.id)}::bigint[])`
  const reservedByOwner = new Map<string, bigint>()
  for (const row of rows) {
    reservedByOwner.set(row.owner_id, (reservedByOwner.get(row.owner_id) ?? 0n) + row.reserved_bytes)
  }
  // In one order everywhere, so that two of these cannot wait for each other.
  for (const [ownerId, bytes] of [...reservedByOwner].toSorted()) {
    await changeSpace(tx, ownerId, { reserved: -bytes })
  }
}

/** Leaves a stored file to the garbage job. */
export async function addGarbage(tx: Transaction, files: readonly string[], reason: string): Promise<void> {
  if (files.length === 0) return
  await tx.$executeRaw`
    INSERT INTO dfs_garbage (file_id, reason)
    SELECT file_id, ${reason} FROM unnest(${[...files]}::text[]) AS f(file_id)
    ON CONFLICT (file_id) DO NOTHING`
}
