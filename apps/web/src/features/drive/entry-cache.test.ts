import { expect, test } from 'vitest'
import {
  type LoadedFolder,
  loadedItems,
  withChanged,
  withEntries,
  withoutEntries,
  withoutNamesakes,
} from './entry-cache.ts'
import type { EntryItem } from './schema.ts'

const byName = { sort: 'name', direction: 'asc' } as const
const bySize = { sort: 'size', direction: 'desc' } as const

function entry(name: string, more: Partial<EntryItem> = {}): EntryItem {
  return {
    id: name,
    kind: 'file',
    name,
    size: 10,
    category: 'other',
    contentType: null,
    createdAt: '2026-11-01T00:00:00Z',
    modifiedAt: '2026-11-01T00:00:00Z',
    copies: 2,
    ...more,
  }
}

function folder(pages: EntryItem[][], more: boolean): LoadedFolder {
  const total = pages.flat().length + (more ? 5 : 0)
  return {
    pageParams: pages.map(() => null),
    pages: pages.map((items, index) => ({
      folder: { id: 'f', name: 'f', path: [] },
      items,
      nextCursor: index === pages.length - 1 && !more ? null : 'next',
      total,
      totalBytes: total * 10,
    })),
  }
}

const names = (loaded: LoadedFolder) => loadedItems(loaded).map(({ name }) => name)

test('a new entry stands where the order puts it, numbers counted as numbers', () => {
  const loaded = folder([[entry('file 2'), entry('file 10')]], false)
  expect(names(withEntries(loaded, [entry('file 9')], byName))).toEqual(['file 2', 'file 9', 'file 10'])
})

test('folders stand before files in every order', () => {
  const loaded = folder([[entry('a')]], false)
  const added = withEntries(loaded, [entry('z', { kind: 'folder', size: 0 })], bySize)
  expect(names(added)).toEqual(['z', 'a'])
})

test('by size, folders go by name', () => {
  const box = (name: string) => entry(name, { kind: 'folder', size: 0 })
  const loaded = folder([[box('a'), box('c'), entry('big', { size: 99 })]], false)
  expect(names(withEntries(loaded, [box('b')], bySize))).toEqual(['a', 'b', 'c', 'big'])
})

test('Chinese names stand by their sound', () => {
  const loaded = folder([[entry('潮位'), entry('照片')]], false)
  expect(names(withEntries(loaded, [entry('合同')], byName))).toEqual(['潮位', '合同', '照片'])
})

test('an entry behind the last loaded page only counts', () => {
  const added = withEntries(folder([[entry('a'), entry('b')]], true), [entry('z')], byName)
  expect(names(added)).toEqual(['a', 'b'])
  expect(added.pages[0]?.total).toBe(8)
})

test('an entry that is there already does not appear twice', () => {
  const loaded = folder([[entry('a')], [entry('b')]], false)
  const again = withEntries(loaded, [entry('b', { size: 30 })], byName)
  expect(names(again)).toEqual(['a', 'b'])
  expect(again.pages[0]).toMatchObject({ total: 2, totalBytes: 40 })
})

test('removed entries leave the sums of every page', () => {
  const removed = withoutEntries(folder([[entry('a')], [entry('b'), entry('c')]], false), new Set(['a', 'c']))
  expect(names(removed)).toEqual(['b'])
  expect(removed.pages.map(({ total, totalBytes }) => [total, totalBytes])).toEqual([
    [1, 10],
    [1, 10],
  ])
})

test('a change stays in place, so that the row under the hand does not jump', () => {
  const changed = withChanged(folder([[entry('a'), entry('b')]], false), 'a', { name: 'z' })
  expect(names(changed)).toEqual(['z', 'b'])
})

test('what had the name of a new entry goes, and the entry itself stays', () => {
  const loaded = folder([[entry('a'), entry('b')]], false)
  expect(names(withoutNamesakes(loaded, [entry('a', { id: 'new' })]))).toEqual(['b'])
  expect(names(withoutNamesakes(loaded, [entry('a')]))).toEqual(['a', 'b'])
})

test('after a jump, what belongs before the loaded pages only moves their position', () => {
  const all = folder([[entry('m'), entry('n')]], true)
  const middle = { ...all, pages: all.pages.map((page) => ({ ...page, start: 400 })) }
  const grown = withEntries(middle, [entry('a')], byName)
  expect(loadedItems(grown).map(({ name }) => name)).toEqual(['m', 'n'])
  expect(grown.pages[0]).toMatchObject({ start: 401, total: 8 })
  const between = withEntries(middle, [entry('mm')], byName)
  expect(loadedItems(between).map(({ name }) => name)).toEqual(['m', 'mm', 'n'])
})

test('many new entries find their places at once, whichever page those are on', () => {
  const loaded = folder(
    [
      [entry('b'), entry('d')],
      [entry('f'), entry('h')],
    ],
    true,
  )
  const added = withEntries(
    loaded,
    ['i', 'e', 'a', 'c', 'g'].map((name) => entry(name)),
    byName,
  )
  expect(added.pages.map(({ items }) => items.map(({ name }) => name).join(''))).toEqual(['abcd', 'efgh'])
  expect(added.pages[1]).toMatchObject({ total: 14, totalBytes: 140 })
})

test('after a jump, many new entries before the loaded pages move their position by as many', () => {
  const all = folder([[entry('m'), entry('o')]], true)
  const middle = { ...all, pages: all.pages.map((page) => ({ ...page, start: 400 })) }
  const grown = withEntries(
    middle,
    ['b', 'n', 'a'].map((name) => entry(name)),
    byName,
  )
  expect(names(grown)).toEqual(['m', 'n', 'o'])
  expect(grown.pages[0]).toMatchObject({ start: 402, total: 10 })
})
