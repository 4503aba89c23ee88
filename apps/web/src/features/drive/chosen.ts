import type { EntrySelector } from '../../lib/entries/selector.ts'

/**
 * Entries that something is done to: `selector` as the server takes it, `count` of them, `name` of the first, and the
 * ids of those that are loaded in this page.
 */
export type Chosen = { selector: EntrySelector; count: number; name: string; ids: readonly string[] }

/** Entries that are all known by name. */
export function chosenOf(entries: readonly { id: string; name: string }[]): Chosen {
  const ids = entries.map(({ id }) => id)
  return { selector: { ids }, count: ids.length, name: entries[0]?.name ?? '', ids }
}
