import { inTransaction } from '../../lib/db.ts'
import { selectEntries } from '../../lib/entries/select-entries.ts'
import type { EntrySelector } from '../../lib/entries/selector.ts'
import type { TagCounts } from './schema.ts'

/** How many of the selected entries there are, and how many of them carry each tag; tags that none carries are left out. */
export async function countTags(ownerId: string, selector: EntrySelector): Promise<TagCounts> {
  return await inTransaction(async (tx) => {
    const selected = await selectEntries(tx, ownerId, selector)
    const [all] = await tx.$queryRaw<[{ entries: number }]>`SELECT count(*)::int AS entries FROM (${selected}) s`
    const tags = await tx.$queryRaw<{ id: string; entries: number }[]>`
      SELECT t.public_id AS id, count(*)::int AS entries
      FROM tag t JOIN entry_tag et ON et.tag_id = t.id
      WHERE t.owner_id = ${ownerId} AND et.entry_id IN (${selected}) GROUP BY t.public_id`
    return { entries: all.entries, tags }
  })
}
