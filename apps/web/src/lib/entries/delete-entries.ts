import type { Transaction } from '../db.ts'
import { changeSpace } from '../quota.ts'

/**
 * Deletes trashed entries for good: their space is given back, and blobs that nobody may need any more are looked at
 * by the reaper. Whoever calls has deleted what lies in them before, or does it with the same ids. Returns how many
 * there were.
 */
export async function deleteEntries(tx: Transaction, ownerId: string, ids: readonly bigint[]): Promise<number> {
  const [gone] = await tx.$queryRaw<[{ entries: number; bytes: bigint }]>`
    WITH gone AS (
      DELETE FROM entry WHERE id = ANY(${[...ids]}::bigint[]) AND owner_id = ${ownerId} AND trash_id IS NOT NULL
      RETURNING blob_id, size
    ), checked AS (
      INSERT INTO blob_check (blob_id, not_before)
      SELECT DISTINCT blob_id, now() FROM gone WHERE blob_id IS NOT NULL ORDER BY blob_id
      ON CONFLICT (blob_id) DO NOTHING
    )
    SELECT count(*)::int AS entries, coalesce(sum(size), 0)::bigint AS bytes FROM gone`
  if (gone.bytes > 0n) await changeSpace(tx, ownerId, { used: -gone.bytes })
  return gone.entries
}
