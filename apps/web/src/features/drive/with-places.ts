import { db } from '../../lib/db.ts'
import { pathsOf } from '../../lib/entries/entry-paths.ts'
import { type EntryRow, toOwnItem } from '../../lib/entries/entry-rows.ts'
import type { EntryItem } from './schema.ts'

/**
 * Entries from anywhere, each with the folders above it. Without those that lie below something in trash: a job has yet
 * to mark them.
 */
export async function withPlaces(rows: readonly (EntryRow & { at?: Date })[]): Promise<EntryItem[]> {
  const paths = await pathsOf(
    db(),
    rows.map(({ id }) => id),
  )
  return rows.flatMap((row) => {
    const where = paths.get(row.id)
    if (where === undefined) return []
    return [{ ...toOwnItem(row), where, ...(row.at === undefined ? {} : { at: row.at.toISOString() }) }]
  })
}
