import type { Transaction } from '../../../lib/db.ts'
import { nameKeys } from '../../../lib/entries/name-keys.ts'
import type { Placement } from './taken-names.ts'

/** Puts entries into their folders under their names, out of trash where they were in it. One statement. */
export async function placeEntries(tx: Transaction, placements: readonly Placement[]): Promise<void> {
  if (placements.length === 0) return
  const rows = placements.map(({ item, targetId, name }) => ({
    id: String(item.entryId),
    parent_id: String(targetId),
    ...(name === item.name ? {} : renamedColumns(name)),
  }))
  await tx.$executeRaw`
    UPDATE entry e SET parent_id = r.parent_id, trash_id = NULL, trashed_at = NULL,
      name = coalesce(r.name, e.name), sort_key = coalesce(r.sort_key, e.sort_key), grams = coalesce(r.grams, e.grams)
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(id bigint, parent_id bigint, name text, sort_key text, grams text[])
    WHERE e.id = r.id`
}

/** A name and what is derived from it, as columns. */
export function renamedColumns(name: string): { name: string; sort_key: string; grams: string[] } {
  const { sortKey, grams } = nameKeys(name)
  return { name, sort_key: sortKey, grams }
}
