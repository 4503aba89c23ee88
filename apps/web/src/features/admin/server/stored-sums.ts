import { parseFileId } from '@cairn/dfs-core'
import { db } from '../../../lib/db.ts'
import type { StoredSums } from '../ledger.ts'

const GARBAGE_MAX = 100_000

interface Bytes {
  kept: bigint
  used: bigint
  leftOver: bigint
}

/**
 * Adds up what is kept and stored. What people keep comes from the counters that every change maintains; left over are
 * only contents that somebody removed an entry of, so that not every content must be looked for among the entries.
 */
export async function readStoredSums(): Promise<StoredSums> {
  const [bytes] = await db().$queryRaw<[Bytes]>`
    SELECT
      coalesce((SELECT sum(bytes) FROM owner_category), 0)::bigint AS kept,
      coalesce((SELECT sum(used) FROM quota), 0)::bigint AS used,
      coalesce((
        SELECT sum(b.size) FROM blob_check c JOIN blob b ON b.id = c.blob_id
        WHERE b.file_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.blob_id = b.id)
      ), 0)::bigint AS "leftOver"`
  const [garbage, stored] = await Promise.all([readGarbage(), readStored()])
  const kept = Number(bytes.kept)
  const leftOver = Number(bytes.leftOver)
  return {
    kept,
    trash: Number(bytes.used) - kept,
    referred: sumOf(stored.filter(({ isThumbnail }) => !isThumbnail)) - leftOver,
    leftOver: leftOver + sumOf(garbage),
    thumbnails: sumOf(stored.filter(({ isThumbnail }) => isThumbnail)),
    ofGroup: byGroup([...stored, ...garbage]),
  }
}

interface Stored {
  group: string
  size: number
}

const sumOf = (files: readonly Stored[]) => files.reduce((sum, { size }) => sum + size, 0)

function byGroup(files: readonly Stored[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { group, size } of files) sums.set(group, (sums.get(group) ?? 0) + size)
  return sums
}

/** One look at each stored content and each thumbnail. */
async function readStored(): Promise<(Stored & { isThumbnail: boolean })[]> {
  const rows = await db().$queryRaw<{ group: string; isThumbnail: boolean; size: bigint }[]>`
    SELECT split_part(file_id, '/', 1) AS "group", is_thumbnail AS "isThumbnail", sum(size)::bigint AS size FROM (
      SELECT file_id, size, FALSE AS is_thumbnail FROM blob WHERE file_id IS NOT NULL
      UNION ALL SELECT file_id, size, TRUE FROM thumbnail WHERE file_id IS NOT NULL
    ) stored GROUP BY 1, 2`
  return rows.map((row) => ({ ...row, size: Number(row.size) }))
}

async function readGarbage(): Promise<Stored[]> {
  const rows = await db().dfsGarbage.findMany({ select: { fileId: true }, take: GARBAGE_MAX })
  return rows.map(({ fileId }) => {
    const { group, size } = parseFileId(fileId)
    return { group, size: size ?? 0 }
  })
}
