import { Prisma } from '../../generated/prisma/client.ts'
import { type EntryRow, KIND_FILE, KIND_FOLDER } from '../../lib/entries/entry-rows.ts'
import type { Cursor } from './cursor.ts'
import type { SortDirection, SortKey } from './schema.ts'

export interface Order {
  /** The sorted column; each has an index (parent_id, kind, column, sort_key, id), without its double for the name. */
  sort: SortKey
  dir: SortDirection
}

const columns: Record<SortKey, { keys: Prisma.Sql; values: (cursor: Cursor) => Prisma.Sql }> = {
  name: {
    keys: Prisma.sql`e.sort_key, e.id`,
    values: ({ name, id }) => Prisma.sql`${name}, ${id}::bigint`,
  },
  size: {
    keys: Prisma.sql`e.size, e.sort_key, e.id`,
    values: ({ key, name, id }) => Prisma.sql`${key}::bigint, ${name}, ${id}::bigint`,
  },
  modified: {
    keys: Prisma.sql`e.modified_at, e.sort_key, e.id`,
    values: ({ key, name, id }) => Prisma.sql`${key}::timestamptz, ${name}, ${id}::bigint`,
  },
}
const descending: Record<SortKey, Prisma.Sql> = {
  name: Prisma.sql`e.sort_key DESC, e.id DESC`,
  size: Prisma.sql`e.size DESC, e.sort_key DESC, e.id DESC`,
  modified: Prisma.sql`e.modified_at DESC, e.sort_key DESC, e.id DESC`,
}

/** Folders and files are two ranges of the same index; folders, which have no size, go by name then. */
export function orderOf(kind: number, { sort, dir }: Order): Order {
  return kind === KIND_FOLDER && sort === 'size' ? { sort: 'name', dir: 'asc' } : { sort, dir }
}

/** What to write behind ORDER BY for entries of one kind. */
export function sequenceOf(kind: number, order: Order): Prisma.Sql {
  const { sort, dir } = orderOf(kind, order)
  return dir === 'asc' ? columns[sort].keys : descending[sort]
}

/** The condition for entries of one kind that come after a cursor, or before it. */
export function besides(cursor: Cursor, kind: number, order: Order, side: 'after' | 'before'): Prisma.Sql {
  const { sort, dir } = orderOf(kind, order)
  const { keys, values } = columns[sort]
  const compare = (dir === 'asc') === (side === 'after') ? Prisma.sql`>` : Prisma.sql`<`
  return Prisma.sql`(${keys}) ${compare} (${values(cursor)})`
}

type Placed = Pick<EntryRow, 'id' | 'kind' | 'sort_key' | 'size' | 'modified_at'>

export function cursorAt(row: Placed, order: Order, totals: Cursor['totals']): Cursor {
  const { sort } = orderOf(row.kind, order)
  const key = { name: '', size: String(row.size), modified: row.modified_at.toISOString() }[sort]
  return {
    kind: row.kind === KIND_FOLDER ? KIND_FOLDER : KIND_FILE,
    key,
    name: row.sort_key,
    id: String(row.id),
    totals,
  }
}
