import { expect, test } from 'vitest'
import { emptyQueue, reduceUploads, type UploadAction } from './upload-queue.ts'
import { failureReport, nextRetry, panelRows, percentOfQueue, phaseOf } from './upload-view.ts'

const file = (id: string, path = '', size = 100) => ({
  id,
  name: id,
  size,
  lastModified: 1,
  folderId: 'f',
  path,
  folderLabel: path === '' ? 'Drive' : `Drive / ${path}`,
})
const queueOf = (...actions: UploadAction[]) => reduceUploads(emptyQueue, actions)
const three: UploadAction = { type: 'added', uploads: [file('a'), file('b'), file('c')] }

test('the panel says what matters most', () => {
  expect(phaseOf(emptyQueue)).toBe('empty')
  expect(phaseOf(queueOf(three))).toBe('uploading')
  expect(phaseOf(queueOf(three, { type: 'interrupted', id: 'a', retryAt: 5, waitsFor: 'network' }))).toBe('offline')
  expect(
    phaseOf(
      queueOf(three, { type: 'started', id: 'b' }, { type: 'interrupted', id: 'a', retryAt: 5, waitsFor: 'network' }),
    ),
  ).toBe('uploading')
  expect(phaseOf(queueOf(three, { type: 'paused', ids: ['a', 'b', 'c'] }))).toBe('paused')
  expect(phaseOf(queueOf({ type: 'remembered', uploads: [{ ...file('a'), sent: 4 }] }))).toBe('needs-files')
  expect(
    phaseOf(
      queueOf({ type: 'added', uploads: [file('a')] }, { type: 'failed', id: 'a', error: { code: 'too_large' } }),
    ),
  ).toBe('finished')
})

test('one hundred percent means that everything is there', () => {
  const sent = queueOf({ type: 'added', uploads: [file('a')] }, { type: 'sent', id: 'a' })
  expect(percentOfQueue(sent)).toBe(99)
  const stored = reduceUploads(sent, [{ type: 'stored', id: 'a', entryId: 'e', name: 'a', notice: null }])
  expect(percentOfQueue(stored)).toBe(100)
})

test('rows are grouped by folder, active ones first and finished ones last', () => {
  const queue = queueOf(
    { type: 'added', uploads: [file('a'), file('b'), file('x', 'photos'), file('c'), file('d')] },
    { type: 'stored', id: 'a', entryId: 'e', name: 'a', notice: null },
    { type: 'started', id: 'c' },
    { type: 'failed', id: 'd', error: { code: 'too_large' } },
  )
  const rows = panelRows(queue, false).map((row) =>
    row.kind === 'group' ? `${row.label} ${row.finished}/${row.all}` : row.key,
  )
  expect(rows).toEqual(['Drive 1/4', 'c', 'd', 'b', 'a', 'Drive / photos 0/1', 'x'])
})

test('only the first waiting row counts the others', () => {
  const behind = panelRows(queueOf(three), false).flatMap((row) => (row.kind === 'file' ? row.waitingBehind : []))
  expect(behind).toEqual([2, 0, 0])
})

test('the filter leaves failed files, and the report names them', () => {
  const queue = queueOf(three, { type: 'failed', id: 'b', error: { code: 'too_large' } })
  expect(panelRows(queue, true).map(({ key }) => key)).toEqual(['f\n', 'b'])
  expect(failureReport(queue, () => 'too large')).toBe('Drive / b\t100 B\ttoo large')
})

test('the countdown is that of the earliest attempt', () => {
  const queue = queueOf(
    three,
    { type: 'interrupted', id: 'a', retryAt: 9_000, waitsFor: 'network' },
    { type: 'interrupted', id: 'b', retryAt: 4_000, waitsFor: 'network' },
  )
  expect(nextRetry(queue)).toBe(4_000)
  expect(nextRetry(emptyQueue)).toBeNull()
})
