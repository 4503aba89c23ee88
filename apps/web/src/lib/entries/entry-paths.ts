import type { Transaction } from '../db.ts'

const WALK_MAX = 128

interface Step {
  start_id: bigint
  steps: number
  public_id: string
  name: string
  parent_id: bigint | null
  trash_id: bigint | null
}

/**
 * The folders above each entry, from below the top folder on. Entries in trash are left out, and those below something
 * in trash too, whose own mark a job has yet to make.
 */
export async function pathsOf(
  tx: Transaction,
  ids: readonly bigint[],
): Promise<Map<bigint, { id: string; name: string }[]>> {
  const rows = await tx.$queryRaw<Step[]>`
    WITH RECURSIVE up AS (
      SELECT e.id AS start_id, 0 AS steps, e.public_id, e.name, e.parent_id, e.trash_id
      FROM entry e WHERE e.id = ANY(${[...ids]}::bigint[])
      UNION ALL
      SELECT up.start_id, up.steps + 1, p.public_id, p.name, p.parent_id, p.trash_id
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    )
    SELECT start_id, steps, public_id, name, parent_id, trash_id FROM up ORDER BY start_id, steps DESC`
  const paths = new Map<bigint, { id: string; name: string }[]>()
  const trashed = new Set<bigint>()
  for (const { start_id, steps, public_id, name, parent_id, trash_id } of rows) {
    const path = paths.get(start_id) ?? []
    paths.set(start_id, path)
    if (trash_id !== null) trashed.add(start_id)
    if (steps > 0 && parent_id !== null) path.push({ id: public_id, name })
  }
  for (const id of trashed) paths.delete(id)
  return paths
}
