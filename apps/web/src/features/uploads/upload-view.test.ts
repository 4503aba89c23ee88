import { expect, test } from 'vitest'
import type { UploadAction } from './upload-action.ts'
import { UploadQueue } from './upload-queue.ts'
import { awaited, failureReport, percentOfQueue, phaseOf, uploadedCount } from './upload-view.ts'

const file = (id: string, size = 100) => ({
  id,
  name: id,
  size,
  lastModified: 1,
  folderId: 'f',
  path: '',
  folderLabel: 'Drive',
})
function queueOf(...actions: UploadAction[]) {
  const queue = new UploadQueue()
  for (const action of actions) queue.apply(action)
  return queue
}
const phase = (...actions: UploadAction[]) => phaseOf(queueOf(...actions).summary())
const three: UploadAction = { type: 'added', uploads: [file('a'), file('b'), file('c')] }
const interrupted: UploadAction = { type: 'interrupted', id: 'a', retryAt: 5, waitsFor: 'network' }

test('the panel says what matters most', () => {
  expect(phase()).toBe('empty')
  expect(phase(three)).toBe('uploading')
  expect(phase(three, interrupted)).toBe('offline')
  expect(phase(three, { type: 'started', id: 'b' }, interrupted)).toBe('uploading')
  expect(phase(three, { type: 'paused', ids: ['a', 'b', 'c'] })).toBe('paused')
  expect(phase({ type: 'remembered', uploads: [{ ...file('a'), sent: 4 }] })).toBe('needs-files')
  const failed: UploadAction = { type: 'failed', id: 'a', error: { code: 'too_large' } }
  expect(phase({ type: 'added', uploads: [file('a')] }, failed)).toBe('finished')
})

test('a server that does not answer is told from a network that is away', () => {
  const silent: UploadAction = { type: 'interrupted', id: 'a', retryAt: 5, waitsFor: 'storage' }
  const away: UploadAction = { type: 'interrupted', id: 'b', retryAt: 5, waitsFor: 'network' }
  const queue = queueOf({ type: 'added', uploads: [file('a'), file('b')] }, silent)
  expect(awaited(queue.summary())).toBe('server')
  queue.apply(away)
  expect(awaited(queue.summary())).toBe('network')
  queue.apply({ ...away, waitsFor: 'disk' })
  expect(awaited(queue.summary())).toBe('server')
  queue.apply({ type: 'removed', ids: ['a'] })
  expect(awaited(queue.summary())).toBe('disk')
  queue.apply({ type: 'queued', ids: ['b'] })
  expect(awaited(queue.summary())).toBe('network')
})

test('one hundred percent means that everything is there', () => {
  const queue = queueOf({ type: 'added', uploads: [file('a')] }, { type: 'sent', id: 'a' })
  expect(percentOfQueue(queue.summary())).toBe(99)
  queue.apply({ type: 'stored', id: 'a', entryId: 'e', name: 'a', notice: null })
  expect(percentOfQueue(queue.summary())).toBe(100)
})

test('it is not reached before the files are opened again that an earlier page began', () => {
  const queue = queueOf({ type: 'remembered', uploads: [{ ...file('a'), sent: 100 }] })
  expect(percentOfQueue(queue.summary())).toBe(99)
})

test('what was left out is not uploaded, what another device finished is', () => {
  const queue = queueOf(three, { type: 'identical', id: 'a' })
  queue.apply({ type: 'stored', id: 'b', entryId: 'e', name: 'b', notice: null })
  queue.apply({ type: 'stored', id: 'c', entryId: null, name: 'c', notice: 'finished_elsewhere' })
  expect(uploadedCount(queue.summary())).toBe(2)
  expect(queue.summary().skippedFiles).toBe(1)
  queue.apply({ type: 'removed', ids: ['a'] })
  expect(queue.summary().skippedFiles).toBe(0)
})

test('the report names what failed and why', () => {
  const queue = queueOf(three, { type: 'failed', id: 'b', error: { code: 'too_large' } })
  const failed = [...queue.items()].filter(({ state }) => state === 'failed')
  expect(failureReport(failed, () => 'too large')).toBe('Drive / b\t100 B\ttoo large')
})
