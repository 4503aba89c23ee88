import type { LabelledEntry, TagCounts, TagItem } from './schema.ts'

export type Ticked = boolean | 'mixed'

/** How many entries there are, and how many of them carry each tag. */
export interface Tagged {
  entries: number
  carrying: ReadonlyMap<string, number>
}

/** Of entries that are all here. */
export function taggedBy(entries: readonly LabelledEntry[]): Tagged {
  const carrying = new Map<string, number>()
  for (const { id } of entries.flatMap(({ tags = [] }) => tags)) carrying.set(id, (carrying.get(id) ?? 0) + 1)
  return { entries: entries.length, carrying }
}

/** Of entries that the server has counted. */
export function taggedAs({ entries, tags }: TagCounts): Tagged {
  return { entries, carrying: new Map(tags.map((tag) => [tag.id, tag.entries])) }
}

/** Whether all, some or none of the entries carry a tag. */
export function tickedBy({ entries, carrying }: Tagged, tagId: string): Ticked {
  const count = carrying.get(tagId) ?? 0
  if (count === 0) return false
  return count >= entries ? true : 'mixed'
}

/** What has to be done so that entries are as chosen; tags that were not touched stay as they are. */
export function changeOf(tagged: Tagged, chosen: ReadonlyMap<string, boolean>): { add: string[]; remove: string[] } {
  const touched = [...chosen].filter(([id, on]) => tickedBy(tagged, id) !== on)
  return {
    add: touched.filter(([, on]) => on).map(([id]) => id),
    remove: touched.filter(([, on]) => !on).map(([id]) => id),
  }
}

/** Tags whose name has what was typed, and whether it could be the name of a new one. */
export function tagsFor(typed: string, tags: readonly TagItem[]): { fitting: TagItem[]; creatable: boolean } {
  const wanted = typed.trim().toLocaleLowerCase()
  const fitting = tags.filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
  const exists = tags.some(({ name }) => name.toLocaleLowerCase() === wanted)
  return { fitting, creatable: wanted !== '' && !exists }
}
