import type { Transaction } from '../db.ts'
import type { EntryItem, EntryTag } from './entry-item.ts'

interface TagRow {
  entry_id: bigint
  public_id: string
  name: string
  colour: string
}

/** What only the owner of entries may see of them: the star, and tags by name. */
type Labels = Pick<EntryItem, 'favourite' | 'tags'>

/** Labels by internal id; entries without any are left out. */
export async function labelsOf(tx: Transaction, ids: readonly bigint[]): Promise<Map<bigint, Labels>> {
  const labels = new Map<bigint, Labels>()
  if (ids.length === 0) return labels
  const starred = await tx.favourite.findMany({ where: { entryId: { in: [...ids] } }, select: { entryId: true } })
  const tags = await tx.$queryRaw<TagRow[]>`
    SELECT m.entry_id, t.public_id, t.name, t.colour
    FROM entry_tag m JOIN tag t ON t.id = m.tag_id WHERE m.entry_id = ANY(${[...ids]}::bigint[]) ORDER BY t.name_key`
  for (const { entryId } of starred) labels.set(entryId, { favourite: true })
  for (const { entry_id, public_id, name, colour } of tags) {
    const before = labels.get(entry_id)
    const tag: EntryTag = { id: public_id, name, colour }
    labels.set(entry_id, { ...before, tags: [...(before?.tags ?? []), tag] })
  }
  return labels
}
