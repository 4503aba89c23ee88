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

/** Names are taken once in a folder: what had this name was replaced. */
export function withoutNamesakes(folder: LoadedFolder, { id, name }: EntryItem): LoadedFolder {
  const namesakes = loadedItems(folder).filter((item) => item.name === name && item.id !== id)
  return withoutEntries(folder, new Set(namesakes.map((item) => item.id)))
}

/**
 * Puts an entry where it belongs in the order shown. An entry that belongs behind the last loaded page only counts: it
 * comes with its page, and one that belongs before the first one moves what is loaded. One that is there already is
 * replaced.
 */
export function withEntry(folder: LoadedFolder, entry: EntryItem, order: ListOrder): LoadedFolder {
  const others = withoutEntries(folder, new Set([entry.id]))
  const last = others.pages.length - 1
  const at = others.pages.findIndex(({ items, nextCursor }, index) => {
    const lastItem = items.at(-1)
    const isEnd = index === last && nextCursor === null
    return isEnd || (lastItem !== undefined && compareEntries(entry, lastItem, order) < 0)
  })
  const first = others.pages[0]?.items[0]
  const isBefore = loadedFrom(others) > 0 && first !== undefined && compareEntries(entry, first, order) < 0
  return mapPages(others, (page, index) => ({
    ...page,
    ...(isBefore && index === 0 ? { start: loadedFrom(others) + 1 } : {}),
    items: index === at && !isBefore ? inserted(page.items, entry, order) : page.items,
    total: page.total + 1,
    totalBytes: page.totalBytes + entry.size,
  }))
}

function inserted(items: readonly EntryItem[], entry: EntryItem, order: ListOrder): EntryItem[] {
  const at = items.findIndex((item) => compareEntries(entry, item, order) < 0)
  return at < 0 ? [...items, entry] : [...items.slice(0, at), entry, ...items.slice(at)]
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
