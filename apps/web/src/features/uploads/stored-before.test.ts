import { beforeEach, expect, test, vi } from 'vitest'
import { leaveStored, takeStored } from './stored-before.ts'
import type { UploadAction } from './upload-action.ts'
import { UploadQueue } from './upload-queue.ts'
import { emptySummary, nothingBefore } from './upload-summary.ts'
import { uploadedCount } from './upload-view.ts'

const file = (id: string) => ({
  id,
  name: id,
  size: 100,
  lastModified: 1,
  folderId: 'f',
  path: '',
  folderLabel: 'Drive',
})
const added: UploadAction = { type: 'added', uploads: [file('a'), file('b')] }
const stored = (id: string): UploadAction => ({ type: 'stored', id, entryId: id, name: id, notice: null })

function summaryOf(...actions: UploadAction[]) {
  const queue = new UploadQueue()
  for (const action of actions) queue.apply(action)
  return queue.summary()
}

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
    removeItem: (key: string) => kept.delete(key),
  })
})

test('the next page counts on from what this one has stored, however often it is loaded anew', () => {
  leaveStored('mei', summaryOf(added, stored('a')))
  const taken = takeStored('mei')
  expect(taken).toEqual({ files: 1, bytes: 100 })
  const remembered: UploadAction = { type: 'remembered', uploads: [{ ...file('b'), sent: 40 }] }
  const next = summaryOf({ type: 'before', stored: taken }, remembered)
  expect(next).toMatchObject({ allBytes: 200, sentBytes: 140 })
  leaveStored('mei', next)
  expect(takeStored('mei')).toEqual(taken)
  expect(uploadedCount(summaryOf({ type: 'before', stored: taken }, remembered, stored('b')))).toBe(2)
})

test('it is taken once, and by the same person', () => {
  leaveStored('mei', summaryOf(added, stored('a')))
  expect(takeStored('lin')).toEqual(nothingBefore)
  expect(takeStored('mei').files).toBe(1)
  expect(takeStored('mei')).toEqual(nothingBefore)
})

test('a queue that is at its end leaves nothing, a page that has not begun leaves what it found', () => {
  leaveStored('mei', summaryOf(added, stored('a')))
  leaveStored('mei', emptySummary)
  expect(takeStored('mei').files).toBe(1)
  leaveStored('mei', summaryOf(added, stored('a')))
  leaveStored('mei', summaryOf(added, stored('a'), stored('b')))
  expect(takeStored('mei')).toEqual(nothingBefore)
})
