import { db } from '../lib/db.ts'
import { nameKeys } from '../lib/entries/name-keys.ts'

const BATCH = 1000
const BUDGET_MS = 20_000

/**
 * Makes the search pieces of entries that have none: those from before there was a search. An index holds exactly what
 * is left, so that this goes on wherever it was cut off and costs nothing when it is done. Returns how many were filled.
 */
export async function fillGrams(budgetMs = BUDGET_MS): Promise<number> {
  const until = Date.now() + budgetMs
  let filled = 0
  do {
    const rows = await db().$queryRaw<{ id: bigint; name: string }[]>`
      SELECT id, name FROM entry
      WHERE grams = ARRAY[]::text[] AND parent_id IS NOT NULL ORDER BY id LIMIT ${BATCH}`
    if (rows.length === 0) break
    const keys = rows.map(({ id, name }) => ({ id: String(id), name, grams: nameKeys(name).grams }))
    // Only where the name is still the one that was read: a rename has brought its own pieces.
    await db().$executeRaw`
      UPDATE entry e SET grams = r.grams
      FROM jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) AS r(id bigint, name text, grams text[])
      WHERE e.id = r.id AND e.name = r.name COLLATE "C" AND e.grams = ARRAY[]::text[]`
    filled += rows.length
  } while (Date.now() < until)
  return filled
}
