import { addressOf, FileInfoFlag, ServerError, Status } from '@cairn/dfs-core'
import { type Receipt, sign } from '@cairn/dfs-core/tickets'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import type { Member } from './address-book.ts'
import { db } from './db.ts'
import { dfs } from './dfs.ts'
import { masterKeys } from './keys.ts'

const ASKED_AT_ONCE = 8
/** An upload is kept so long after its last byte, as Cairn's storages keep parts and lines of their ledger. */
export const KEPT_MS = 14 * 24 * 60 * 60 * 1000
const FORGOTTEN_AT_ONCE = 1000

/** What the gateway says of an upload that it has stored, in the form of the storage's own word. */
export function receiptOf(upload: SpooledUpload): string | null {
  const {
    upl,
    epoch: ep,
    grp,
    storageId: mem,
    size,
    fileId: fid,
    crc32,
    sha256,
    head,
    contentType: ct,
    storedAt,
  } = upload
  if (fid === null || crc32 === null || sha256 === null || head === null || ct === null || storedAt === null)
    return null
  const receipt: Receipt = {
    typ: 'receipt',
    upl,
    ep,
    grp,
    mem,
    fid,
    size: Number(size),
    crc32: Number(crc32),
    sha256,
    head,
    ct,
    // A storage that speaks only FastDFS does not say what its answer waited for.
    dur: 'none',
    copies: 1,
    at: Math.floor(storedAt.getTime() / 1000),
  }
  return sign(receipt, masterKeys().receiptRing(grp, mem))
}

/** Stored uploads of a member that nobody acknowledged, at most `limit`, in the order of their names, after `after`. */
export async function listStoredUploads(
  { group: grp, storageId }: Member,
  after: string | undefined,
  limit: number,
): Promise<{ upl: string; receipt: string }[]> {
  const rows = await db().spooledUpload.findMany({
    where: { grp, storageId, state: 'stored', acknowledgedAt: null, upl: { gt: after ?? '' } },
    orderBy: { upl: 'asc' },
    take: limit,
  })
  return rows.flatMap((row) => {
    const receipt = receiptOf(row)
    return receipt === null ? [] : [{ upl: row.upl, receipt }]
  })
}

/** Uploads that have something at a member and are not stored, at most `limit`, in the order of their names, after `after`. */
export async function listOpenSpools(
  { group: grp, storageId }: Member,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const rows = await db().spooledUpload.findMany({
    where: { grp, storageId, state: { in: ['open', 'complete'] }, upl: { gt: after ?? '' } },
    orderBy: { upl: 'asc' },
    take: limit,
    select: { upl: true },
  })
  return rows.map(({ upl }) => upl)
}

/** These uploads are settled. Their rows stay for a while: a browser may ask once more. */
export async function acknowledgeStoredUploads(upls: readonly string[]): Promise<void> {
  const where = { upl: { in: [...upls] }, state: 'stored', acknowledgedAt: null }
  await db().spooledUpload.updateMany({ where, data: { acknowledgedAt: new Date() } })
}

/** Gives unfinished uploads up. What they have in the cluster is left to the garbage job. */
export async function endSpooledUploads(upls: readonly string[]): Promise<void> {
  await db().$executeRaw`
    WITH ended AS (
      SELECT upl, spool FROM spooled_upload
      WHERE upl = ANY(${[...upls]}::text[]) AND state IN ('open', 'complete') ORDER BY upl FOR UPDATE
    ), garbage AS (
      INSERT INTO dfs_garbage (file_id, reason) SELECT spool, 'the upload was given up' FROM ended WHERE spool IS NOT NULL
      ON CONFLICT (file_id) DO NOTHING
    )
    UPDATE spooled_upload s SET state = 'ended', spool = NULL, changed_at = now() FROM ended WHERE s.upl = ended.upl`
}

/** How many bytes of these uploads lie at a member; those that it does not have are missing. */
export async function spooledOffsets(member: Member, upls: readonly string[]): Promise<Map<string, number>> {
  const { group: grp, storageId } = member
  const where = { upl: { in: [...upls] }, grp, storageId, state: { not: 'ended' } }
  const rows = await db().spooledUpload.findMany({ where })
  const offsets = new Map<string, number>()
  for (let first = 0; first < rows.length; first += ASKED_AT_ONCE) {
    const asked = rows.slice(first, first + ASKED_AT_ONCE)
    const found = await Promise.all(asked.map((row) => offsetAt(member, row)))
    for (const [index, { upl }] of asked.entries()) offsets.set(upl, found[index] ?? 0)
  }
  return offsets
}

/** The size of the spool at its source, which alone is sure to have all of it; 0 when it is not there any more. */
export async function offsetAt(
  source: Pick<Member, 'ip' | 'port'>,
  { state, size, spool }: Pick<SpooledUpload, 'state' | 'size' | 'spool'>,
): Promise<number> {
  if (state !== 'open') return Number(size)
  if (spool === null) return 0
  try {
    return (await dfs().storage(addressOf(source)).queryFileInfo(spool, FileInfoFlag.noCrc32)).size
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return 0
    throw error
  }
}

/**
 * Gives up what nobody went on with, and deletes rows that nobody asks for any more. Stored uploads that nobody
 * acknowledged stay: their receipts are the only word of their files. Returns how many rows were looked after.
 */
export async function forgetSpooledUploads(): Promise<number> {
  const before = new Date(Date.now() - KEPT_MS)
  const abandoned = await db().spooledUpload.findMany({
    where: { changedAt: { lt: before }, state: { in: ['open', 'complete'] } },
    select: { upl: true },
    take: FORGOTTEN_AT_ONCE,
  })
  await endSpooledUploads(abandoned.map(({ upl }) => upl))
  const forgotten = await db().$executeRaw`
    DELETE FROM spooled_upload WHERE upl IN (
      SELECT upl FROM spooled_upload
      WHERE changed_at < ${before} AND (state = 'ended' OR acknowledged_at IS NOT NULL)
      LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`
  return abandoned.length + forgotten
}
