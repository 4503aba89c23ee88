import type { Prisma } from '../../../generated/prisma/client.ts'
import { ApiError } from '../../../lib/api-error.ts'
import type { Transaction } from '../../../lib/db.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import type { Clash } from '../schema.ts'

const LISTED = 100

interface ClashRow {
  id: string
  name: string
  kind: number
  size: bigint
  modified: Date
  otherKind: number
  otherSize: bigint
  otherModified: Date
  count: bigint
}

/** Selected entries whose names are taken where they go: the first hundred, and how many there are. */
export async function listClashes(
  tx: Transaction,
  selected: Prisma.Sql,
  targetId: bigint | null,
): Promise<{ count: number; clashes: Clash[] }> {
  const rows = await tx.$queryRaw<ClashRow[]>`
    SELECT e.public_id AS id, e.name, e.kind::int AS kind, e.size, e.modified_at AS modified,
      o.kind::int AS "otherKind", o.size AS "otherSize", o.modified_at AS "otherModified", count(*) OVER () AS count
    FROM entry e JOIN entry o ON o.parent_id = coalesce(${targetId}::bigint, e.parent_id) AND o.name = e.name
      AND o.trash_id IS NULL AND o.id <> e.id
    WHERE e.id IN (${selected}) AND (e.parent_id <> o.parent_id OR e.trash_id IS NOT NULL)
    ORDER BY e.kind, e.sort_key, e.id LIMIT ${LISTED}`
  return {
    count: Number(rows[0]?.count ?? 0n),
    clashes: rows.map((row) => ({
      id: row.id,
      name: row.name,
      mine: sideOf(row.kind, row.size, row.modified),
      theirs: sideOf(row.otherKind, row.otherSize, row.otherModified),
    })),
  }
}

function sideOf(kind: number, size: bigint, modified: Date): Clash['mine'] {
  return { kind: kind === KIND_FOLDER ? 'folder' : 'file', size: Number(size), modifiedAt: modified.toISOString() }
}

/** Taken names are decided by people: refuses with the list of them. */
export function refuseClashes({ count, clashes }: { count: number; clashes: Clash[] }): void {
  const [first] = clashes
  if (first === undefined) return
  throw new ApiError('name_taken', `“${first.name}” exists here already.`, {
    field: 'conflict',
    detail: { name: first.name, count },
    extra: { clashes },
  })
}
