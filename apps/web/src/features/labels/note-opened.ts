import { db } from '../../lib/db.ts'
import { notFound, presentEntries } from '../../lib/entries/open-entries.ts'

/** Remembers that its owner has opened or downloaded a file just now. */
export async function noteOpened(ownerId: string, entryId: string): Promise<void> {
  const [id] = await presentEntries(db(), ownerId, [entryId])
  if (id === undefined) throw notFound()
  await db().$executeRaw`
    INSERT INTO entry_opened (owner_id, entry_id) SELECT owner_id, id FROM entry WHERE id = ${id} AND kind = 1
    ON CONFLICT (entry_id) DO UPDATE SET at = excluded.at`
}
