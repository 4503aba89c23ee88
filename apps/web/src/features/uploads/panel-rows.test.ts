import { expect, test } from 'vitest'
import { type PanelRow, PanelRows } from './panel-rows.ts'
import { newItem, type UploadState } from './upload-item.ts'

const GROUP = 10
const ROW = 100
const sizes = { groupHeight: GROUP, rowHeight: ROW, onlyFailed: false }
const everything = { ...sizes, from: 0, to: Number.MAX_SAFE_INTEGER }

function put(rows: PanelRows, id: string, state: UploadState, path = ''): void {
  const label = path === '' ? 'Drive' : `Drive / ${path}`
  const upload = { id, name: id, size: 1, lastModified: 1, folderId: 'f', path, folderLabel: label }
  rows.put(newItem(upload, state, 0))
}

const written = (rows: readonly PanelRow[]) =>
  rows.map((row) => (row.kind === 'group' ? `${row.label} ${row.finished}/${row.all}` : row.id))

test('rows are grouped by folder, active ones first and finished ones last', () => {
  const rows = new PanelRows()
  for (const [id, path] of [['a'], ['b'], ['x', 'photos'], ['c'], ['d']] as const) put(rows, id, 'queued', path)
  put(rows, 'a', 'stored')
  put(rows, 'c', 'uploading')
  put(rows, 'd', 'failed')
  expect(written(rows.between(everything))).toEqual(['Drive 1/4', 'c', 'd', 'b', 'a', 'Drive / photos 0/1', 'x'])
  expect(rows.height(sizes)).toBe(2 * GROUP + 5 * ROW)
})

test('a folder that is finished goes behind those that are not', () => {
  const rows = new PanelRows()
  for (const [id, path] of [
    ['a', 'one'],
    ['b', 'two'],
    ['c', 'three'],
  ] as const)
    put(rows, id, 'queued', path)
  put(rows, 'a', 'done', 'one')
  put(rows, 'b', 'failed', 'two')
  const order = ['Drive / two 0/1', 'b', 'Drive / three 0/1', 'c', 'Drive / one 1/1', 'a']
  expect(written(rows.between(everything))).toEqual(order)
})

test('only the first waiting file counts the others', () => {
  const rows = new PanelRows()
  for (const id of ['a', 'b', 'c']) put(rows, id, 'queued')
  put(rows, 'x', 'queued', 'photos')
  const behind = rows.between(everything).flatMap((row) => (row.kind === 'file' ? row.waitingBehind : []))
  expect(behind).toEqual([3, 0, 0, 0])
})

test('the filter leaves failed files and their folders', () => {
  const rows = new PanelRows()
  put(rows, 'a', 'queued')
  put(rows, 'x', 'failed', 'photos')
  expect(written(rows.between({ ...everything, onlyFailed: true }))).toEqual(['Drive / photos 0/1', 'x'])
  expect(rows.height({ ...sizes, onlyFailed: true })).toBe(GROUP + ROW)
})

test('a part of the list is what lies there in the whole list', () => {
  const rows = new PanelRows()
  const states: UploadState[] = ['queued', 'uploading', 'failed', 'done', 'paused', 'stored']
  for (let n = 0; n < 500; n += 1) put(rows, `f${n}`, states[(n * 7) % 6] ?? 'queued', `folder ${n % 7}`)
  for (let n = 0; n < 500; n += 1) if (n % 3 !== 1) rows.remove(`f${n}`)
  for (let n = 1; n < 500; n += 3) put(rows, `f${n}`, 'done', `folder ${n % 7}`)
  const all = rows.between(everything)
  const height = rows.height(sizes)
  expect(all.filter(({ kind }) => kind === 'file')).toHaveLength(167)
  for (let from = 0; from < height; from += 777) {
    const to = from + 1_500
    const there = all.filter(({ top, kind }) => top < to && top + (kind === 'group' ? GROUP : ROW) > from)
    expect(rows.between({ ...sizes, from, to })).toEqual(there)
  }
})

test('a file that moved up because others were taken away is still the one that changes', () => {
  const rows = new PanelRows()
  for (let n = 0; n < 10; n += 1) put(rows, `f${n}`, 'queued')
  for (let n = 0; n < 6; n += 1) rows.remove(`f${n}`)
  put(rows, 'f8', 'failed')
  expect(written(rows.between({ ...everything, onlyFailed: true }))).toEqual(['Drive 0/4', 'f8'])
  expect(written(rows.between(everything))).toEqual(['Drive 0/4', 'f8', 'f6', 'f7', 'f9'])
})

test('a folder whose files were all taken away is gone, and comes back in its turn', () => {
  const rows = new PanelRows()
  put(rows, 'a', 'done')
  put(rows, 'x', 'queued', 'photos')
  rows.remove('a')
  expect(written(rows.between(everything))).toEqual(['Drive / photos 0/1', 'x'])
  put(rows, 'b', 'queued')
  expect(written(rows.between(everything))).toEqual(['Drive / photos 0/1', 'x', 'Drive 0/1', 'b'])
})

test('changing and showing a hundred thousand files takes no time that a person would feel', () => {
  const rows = new PanelRows()
  const count = 100_000
  for (let n = 0; n < count; n += 1) put(rows, `f${n}`, 'queued')
  const before = process.cpuUsage()
  for (let n = 0; n < 1_000; n += 1) put(rows, `f${n * 99}`, 'done')
  for (let n = 0; n < 100; n += 1) rows.between({ ...sizes, from: n * 90_000, to: n * 90_000 + 1_000 })
  // About 60 ms of the processor; copying or sorting the list for each change takes a hundred times that.
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})
