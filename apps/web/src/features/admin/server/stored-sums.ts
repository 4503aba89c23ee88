import { parseFileId } from '@cairn/dfs-core'
import { db } from '../../../lib/db.ts'
import type { StoredSums } from '../ledger.ts'

const GARBAGE_MAX = 100_000

interface Bytes {
  kept: bigint
  all: bigint
  leftOver: bigint
  thumbnails: bigint
}

/**
 * Adds up what is kept and stored. What people keep comes from the counters that every change maintains; left over are
 * only contents that somebody removed an entry of, so that not every content must be looked for among the entries.
 */
export async function readStoredSums(): Promise<StoredSums> {
  const [bytes] = await db().$queryRaw<[Bytes & { used: bigint }]>`
    SELECT
      coalesce((SELECT sum(bytes) FROM owner_category), 0)::bigint AS kept,
      coalesce((SELECT sum(used) FROM quota), 0)::bigint AS used,
      coalesce((SELECT sum(size) FROM blob WHERE file_id IS NOT NULL), 0)::bigint AS "all",
      coalesce((
        SELECT sum(b.size) FROM blob_check c JOIN blob b ON b.id = c.blob_id
        WHERE b.file_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.blob_id = b.id)
      ), 0)::bigint AS "leftOver",
      coalesce((SELECT sum(size) FROM thumbnail WHERE file_id IS NOT NULL), 0)::bigint AS thumbnails`
  const garbage = await readGarbage()
  const kept = Number(bytes.kept)
  const leftOver = Number(bytes.leftOver)
  return {
    kept,
    trash: Number(bytes.used) - kept,
    referred: Number(bytes.all) - leftOver,
    leftOver: leftOver + garbage.reduce((total, { size }) => total + size, 0),
    thumbnails: Number(bytes.thumbnails),
    ofGroup: await readBytesOfGroups(garbage),
  }
}

interface Garbage {
  group: string
  size: number
}

async function readGarbage(): Promise<Garbage[]> {
  const rows = await db().dfsGarbage.findMany({ select: { fileId: true }, take: GARBAGE_MAX })
  return rows.map(({ fileId }) => {
    const { group, size } = parseFileId(fileId)
    return { group, size: size ?? 0 }
  })
}

async function readBytesOfGroups(garbage: readonly Garbage[]): Promise<Map<string, number>> {
  const rows = await db().$queryRaw<{ group: string; bytes: bigint }[]>`
    SELECT split_part(file_id, '/', 1) AS "group", sum(size)::bigint AS bytes FROM (
      SELECT file_id, size FROM blob WHERE file_id IS NOT NULL
      UNION ALL SELECT file_id, size FROM thumbnail WHERE file_id IS NOT NULL
    ) stored GROUP BY 1`
  const sums = new Map(rows.map(({ group, bytes }) => [group, Number(bytes)]))
  for (const { group, size } of garbage) sums.set(group, (sums.get(group) ?? 0) + size)
  return sums
}
