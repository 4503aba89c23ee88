import type { ListOrder } from './api-client.ts'
import type { EntryItem, EntryPage } from './schema.ts'

/** The pages of a folder that were loaded so far, as the query cache holds them. */
export type LoadedFolder = { pages: EntryPage[]; pageParams: unknown[] }

const collator = new Intl.Collator('zh-CN-u-co-pinyin', { numeric: true, sensitivity: 'base' })

export function loadedItems({ pages }: LoadedFolder): EntryItem[] {
  return pages.flatMap(({ items }) => items)
}

/** The position of the first loaded entry: after a jump, what is loaded begins in the middle. */
export function loadedFrom({ pages }: LoadedFolder): number {
  return pages[0]?.start ?? 0
}

export function withoutEntries(folder: LoadedFolder, ids: ReadonlySet<string>): LoadedFolder {
  const gone = loadedItems(folder).filter(({ id }) => ids.has(id))
  if (gone.length === 0) return folder
  const bytes = gone.reduce((sum, { size }) => sum + size, 0)
  return mapPages(folder, (page) => ({
    ...page,
    items: page.items.filter(({ id }) => !ids.has(id)),
    total: Math.max(0, page.total - gone.length),
    totalBytes: Math.max(0, page.totalBytes - bytes),
  }))
}

/** The folder as if nothing were behind the loaded pages. */
export function asComplete(folder: LoadedFolder): LoadedFolder {
  const items = loadedItems(folder)
  const totalBytes = items.reduce((sum, { size }) => sum + size, 0)
  return mapPages(folder, (page) => ({ ...page, start: 0, nextCursor: null, total: items.length, totalBytes }))
}

export function withChanged(folder: LoadedFolder, id: string, change: Partial<EntryItem>): LoadedFolder {
  return mapPages(folder, (page) => ({
    ...page,
    items: page.items.map((item) => (item.id === id ? { ...item, ...change } : item)),
  }))
}

/** Names are taken once in a folder: what had the names of these was replaced. */
export function withoutNamesakes(folder: LoadedFolder, entries: readonly EntryItem[]): LoadedFolder {
  const idOf = new Map(entries.map(({ id, name }) => [name, id]))
  const namesakes = loadedItems(folder).filter(({ id, name }) => (idOf.get(name) ?? id) !== id)
  return withoutEntries(folder, new Set(namesakes.map(({ id }) => id)))
}

/**
 * Puts entries where they belong in the order shown, each of them named once. One that belongs behind the last loaded
 * page only counts: it comes with its page, and one that belongs before the first one moves what is loaded. One that is
 * there already is replaced.
 */
export function withEntries(folder: LoadedFolder, entries: readonly EntryItem[], order: ListOrder): LoadedFolder {
  const others = withoutEntries(folder, new Set(entries.map(({ id }) => id)))
  const compare = (a: EntryItem, b: EntryItem) => compareEntries(a, b, order)
  const sorted = entries.toSorted(compare)
  const start = loadedFrom(others)
  const first = others.pages[0]?.items[0]
  const before = start > 0 && first !== undefined ? countWhile(sorted, (entry) => compare(entry, first) < 0) : 0
  const bytes = entries.reduce((sum, { size }) => sum + size, 0)
  let left = sorted.slice(before)
  return mapPages(others, (page, index) => {
    const lastItem = page.items.at(-1)
    const isEnd = index === others.pages.length - 1 && page.nextCursor === null
    const here = countWhile(left, (entry) => isEnd || (lastItem !== undefined && compare(entry, lastItem) < 0))
    const items = merged(page.items, left.slice(0, here), compare)
    left = left.slice(here)
    return {
      ...page,
      ...(before > 0 && index === 0 ? { start: start + before } : {}),
      items,
      total: page.total + entries.length,
      totalBytes: page.totalBytes + bytes,
    }
  })
}

function countWhile(entries: readonly EntryItem[], fits: (entry: EntryItem) => boolean): number {
  const end = entries.findIndex((entry) => !fits(entry))
  return end < 0 ? entries.length : end
}

type Compare = (a: EntryItem, b: EntryItem) => number

/** Two sorted lists as one; of equal ones the present come first. */
function merged(present: EntryItem[], added: readonly EntryItem[], compare: Compare): EntryItem[] {
  if (added.length === 0) return present
  const all: EntryItem[] = []
  let next = 0
  for (const entry of added) {
    for (let item = present[next]; item !== undefined && compare(entry, item) >= 0; item = present[next]) {
      all.push(item)
      next += 1
    }
    all.push(entry)
  }
  return [...all, ...present.slice(next)]
}

/**
 * Folders before files in every order, equal keys by name; folders have no size and go by name then. Close to the
 * server's order, which decides in the end.
 */
function compareEntries(a: EntryItem, b: EntryItem, { sort, direction }: ListOrder): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
  const sign = direction === 'asc' ? 1 : -1
  const byName = collator.compare(a.name, b.name)
  if (sort === 'size' && a.kind === 'folder') return byName
  if (sort === 'size' && a.size !== b.size) return sign * (a.size - b.size)
  if (sort === 'modified' && a.modifiedAt !== b.modifiedAt) return sign * (a.modifiedAt < b.modifiedAt ? -1 : 1)
  return sign * byName
}

function mapPages(folder: LoadedFolder, change: (page: EntryPage, index: number) => EntryPage): LoadedFolder {
  return { ...folder, pages: folder.pages.map(change) }
}
