import type { LabelledEntry, TagItem } from './schema.ts'

export type Ticked = boolean | 'mixed'

/** `count` of them, of which `entries` are known. */
interface Tagged {
  entries: readonly LabelledEntry[]
  count: number
}

/** Whether all, some or none of the entries carry a tag; where not all are known, as far as that tells. */
export function tickedBy({ entries, count }: Tagged, tagId: string): Ticked {
  const carrying = entries.filter(({ tags }) => tags?.some(({ id }) => id === tagId)).length
  if (carrying === 0) return false
  return carrying === count ? true : 'mixed'
}

/**
 * What has to be done so that entries are as chosen; tags that were not touched stay as they are. One that nobody is
 * known to carry is taken off as well where not all are known.
 */
export function changeOf(tagged: Tagged, chosen: ReadonlyMap<string, boolean>): { add: string[]; remove: string[] } {
  const isKnown = tagged.entries.length === tagged.count
  const touched = [...chosen].filter(([id, on]) => !isKnown || tickedBy(tagged, id) !== on)
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
