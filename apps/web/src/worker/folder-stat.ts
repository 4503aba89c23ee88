import { inTransaction } from '../lib/db.ts'

/**
 * Adds up the visible files below each folder, of all people in one statement: the files of each folder first, then each
 * of these sums once for every folder above. Returns how many folders changed.
 */
export async function folderStat(): Promise<number> {
  return await inTransaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL work_mem = '64MB'`
    await tx.$executeRaw`
      CREATE TEMPORARY TABLE folder_sum ON COMMIT DROP AS
      WITH RECURSIVE own AS (
        SELECT parent_id, count(*) AS files, sum(size) AS bytes FROM entry
        WHERE kind = 1 AND trash_id IS NULL GROUP BY parent_id
      ), up AS (
        SELECT own.parent_id AS folder, own.files, own.bytes FROM own
        UNION ALL
        SELECT e.parent_id, up.files, up.bytes FROM up JOIN entry e ON e.id = up.folder
        WHERE e.parent_id IS NOT NULL AND e.trash_id IS NULL
      )
      SELECT folder AS entry_id, sum(files)::bigint AS files, sum(bytes)::bigint AS bytes FROM up GROUP BY folder`
    const gone = await tx.$executeRaw`
      DELETE FROM folder_stat s WHERE NOT EXISTS (SELECT 1 FROM folder_sum f WHERE f.entry_id = s.entry_id)`
    const changed = await tx.$executeRaw`
      INSERT INTO folder_stat AS s (entry_id, files, bytes) SELECT entry_id, files, bytes FROM folder_sum
      ON CONFLICT (entry_id) DO UPDATE SET files = excluded.files, bytes = excluded.bytes
      WHERE (s.files, s.bytes) <> (excluded.files, excluded.bytes)`
    return gone + changed
  })
}
