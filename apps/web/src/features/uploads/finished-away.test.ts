import { expect, test } from 'vitest'
import { finishedBetween } from './finished-away.ts'
import type { UploadAction } from './upload-action.ts'
import { UploadQueue } from './upload-queue.ts'

const names = ['a', 'b', 'c', 'd']
const uploads = names.map((id) => {
  return { id, name: id, size: 100, lastModified: 1, folderId: 'root', path: '', folderLabel: 'Drive' }
})
const stored = (id: string, instant = false): UploadAction => {
  return { type: 'stored', id, entryId: id, name: id, notice: null, instant }
}

function summaryAfter(queue: UploadQueue, ...actions: UploadAction[]) {
  for (const action of actions) queue.apply(action)
  return queue.summary()
}

test('who comes back is told what ended meanwhile, and nothing that had ended before', () => {
  const queue = new UploadQueue()
  const left = summaryAfter(queue, { type: 'added', uploads }, stored('a'))
  expect(finishedBetween(left, left)).toBe(null)
  const failed: UploadAction = { type: 'failed', id: 'd', error: { code: 'too_large' } }
  const back = summaryAfter(queue, stored('b'), stored('c', true), failed)
  expect(finishedBetween(left, back)).toEqual({ done: 1, instant: 1, failed: 1 })
  expect(finishedBetween(back, back)).toBe(null)
})

test('nothing is told while something still runs', () => {
  const queue = new UploadQueue()
  const left = summaryAfter(queue, { type: 'added', uploads })
  expect(finishedBetween(left, summaryAfter(queue, stored('a'), stored('b'), stored('c')))).toBe(null)
})
