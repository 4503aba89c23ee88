import { expect, test } from 'vitest'
import { gridLines } from './grid-lines.ts'
import type { EntryItem } from './schema.ts'

function entry(id: string, kind: 'folder' | 'file'): EntryItem {
  const at = '2026-11-01T00:00:00Z'
  return { id, kind, name: id, size: 1, category: null, contentType: null, createdAt: at, modifiedAt: at, copies: null }
}

const shape = (items: EntryItem[], headings = new Map<number, string>()) =>
  gridLines(items, { columns: 3, folderColumns: 2, headings }).map((line) =>
    line.kind === 'heading' ? `${line.text ?? line.of} ${line.count}` : line.items.map(({ id }) => id).join(''),
  )

test('folders and files have their own headings and their own number of columns', () => {
  const items = [
    ...['a', 'b', 'c'].map((id) => entry(id, 'folder')),
    ...['1', '2', '3', '4'].map((id) => entry(id, 'file')),
  ]
  expect(shape(items)).toEqual(['folders 3', 'ab', 'c', 'files 4', '123', '4'])
})

test('headings of their own begin a new line', () => {
  const items = ['1', '2', '3', '4', '5'].map((id) => entry(id, 'file'))
  const headings = new Map([
    [0, 'November'],
    [4, 'October'],
  ])
  expect(shape(items, headings)).toEqual(['November 4', '123', '4', 'October 1', '5'])
})

test('a heading without entries is not there', () => {
  expect(shape([entry('1', 'file')])).toEqual(['files 1', '1'])
  expect(shape([])).toEqual([])
})
