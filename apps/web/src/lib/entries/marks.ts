import type { Transaction } from '../db.ts'

/** Puts stars on entries or takes them away. Returns the ids of those that were not so before. */
export async function markFavourite(
  tx: Transaction,
  { ownerId, entryIds, on }: { ownerId: string; entryIds: readonly bigint[]; on: boolean },
): Promise<bigint[]> {
  const rows = on
    ? await tx.$queryRaw<{ entry_id: bigint }[]>`
        INSERT INTO favourite (owner_id, entry_id) SELECT ${ownerId}, id FROM unnest(${[...entryIds]}::bigint[]) id
        ORDER BY id ON CONFLICT DO NOTHING RETURNING entry_id`
    : await tx.$queryRaw<{ entry_id: bigint }[]>`
        DELETE FROM favourite WHERE entry_id = ANY(${[...entryIds]}::bigint[]) RETURNING entry_id`
  return rows.map((row) => row.entry_id)
}

/** Internal ids of those of these tags that the person has, by public id. They stay as they are until the end. */
export async function lockTags(tx: Transaction, ownerId: string, ids: readonly string[]): Promise<Map<string, bigint>> {
  const rows = await tx.$queryRaw<{ id: bigint; public_id: string }[]>`
    SELECT id, public_id FROM tag WHERE owner_id = ${ownerId} AND public_id = ANY(${[...ids]}::text[])
    ORDER BY id FOR NO KEY UPDATE`
  return new Map(rows.map((row) => [row.public_id, row.id]))
}
