import { ApiError } from '../../../lib/api-error.ts'
import type { Transaction } from '../../../lib/db.ts'
import { DEPTH_MAX, type OpenFolder } from '../../../lib/entries/open-entries.ts'

/**
 * Two moves of folders into each other, at the same time, would each see no cycle and make one together. The lock comes
 * before those on rows, or the two would wait for each other. Files need none.
 */
export async function lockFolderMoves(tx: Transaction, ownerId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${ownerId}, 1))`
}

/** Throws when one of these folders is the target or lies above it, or when trees would become too deep. */
export async function checkFolders(
  tx: Transaction,
  folders: readonly { publicId: string | null; id: bigint }[],
  target: OpenFolder,
): Promise<void> {
  if (folders.length === 0) return
  const above = new Set(target.path.map(({ id }) => id))
  if (folders.some(({ publicId }) => publicId !== null && above.has(publicId))) {
    throw new ApiError('move_into_self', 'A folder cannot move into itself.')
  }
  const height = await heightOf(
    tx,
    folders.map(({ id }) => id),
  )
  if (target.depth + height > DEPTH_MAX) throw new ApiError('too_deep', `Folders may be ${DEPTH_MAX} deep at most.`)
}

/** Levels of folders from these down to the deepest below them, themselves included. */
async function heightOf(tx: Transaction, folderIds: readonly bigint[]): Promise<number> {
  const [row] = await tx.$queryRaw<[{ height: number }]>`
    WITH RECURSIVE down AS (
      SELECT id, 1 AS level FROM entry WHERE id = ANY(${[...folderIds]}::bigint[])
      UNION ALL
      SELECT c.id, down.level + 1 FROM down JOIN entry c ON c.parent_id = down.id
      WHERE c.kind = 0 AND c.trash_id IS NULL AND down.level <= ${DEPTH_MAX}
    )
    SELECT coalesce(max(level), 0)::int AS height FROM down`
  return row.height
}
