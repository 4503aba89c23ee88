import { expect, test } from 'vitest'
import type { UploadAction } from './upload-action.ts'
import type { NewUpload } from './upload-item.ts'
import { UploadQueue } from './upload-queue.ts'
import { emptySummary, nothingBefore } from './upload-summary.ts'

const upload = (id: string, size = 100): NewUpload => ({
  id,
  name: `${id}.bin`,
  size,
  lastModified: 1,
  folderId: 'root',
  path: '',
  folderLabel: 'Drive',
})

function play(actions: readonly UploadAction[], queue = new UploadQueue()): UploadQueue {
  for (const action of actions) queue.apply(action)
  return queue
}

const added: UploadAction = { type: 'added', uploads: [upload('a'), upload('b', 300)] }
const uploadingA = [added, { type: 'started', id: 'a' }] as const
const item = (queue: UploadQueue, id: string) => {
  const found = queue.get(id)
  if (found === undefined) throw new Error(`${id} is not in the queue`)
  return found
}

test('new files wait in the order they were chosen', () => {
  const queue = play([added])
  expect([...queue.items()].map(({ id }) => id)).toEqual(['a', 'b'])
  expect(queue.summary().counts.queued).toBe(2)
  expect(queue.summary().allBytes).toBe(400)
})

test('a file that changes is another object, and the others stay the same ones', () => {
  const queue = play(uploadingA)
  const [a, b] = [item(queue, 'a'), item(queue, 'b')]
  play([{ type: 'paused', ids: ['a'] }], queue)
  expect(a.state).toBe('uploading')
  expect(item(queue, 'a').state).toBe('paused')
  expect(item(queue, 'b')).toBe(b)
})

test('progress counts towards the whole and gives a speed and a time left', () => {
  const queue = play([
    ...uploadingA,
    { type: 'progressed', samples: [{ id: 'a', sent: 0 }], now: 0 },
    { type: 'progressed', samples: [{ id: 'a', sent: 20 }], now: 1000 },
  ])
  expect(queue.summary().sentBytes).toBe(20)
  expect(item(queue, 'a').speed?.bytesPerSecond).toBe(20)
  expect(queue.summary().speed?.bytesPerSecond).toBe(20)
  expect(queue.summary().secondsLeft).toBe(19)
})

test('progress beyond the size, or of a file that does not upload, is not counted', () => {
  const queue = play([
    ...uploadingA,
    {
      type: 'progressed',
      samples: [
        { id: 'a', sent: 900 },
        { id: 'b', sent: 50 },
      ],
      now: 0,
    },
  ])
  expect(item(queue, 'a').sent).toBe(100)
  expect(item(queue, 'b').sent).toBe(0)
  expect(queue.summary().sentBytes).toBe(100)
})

test('a late progress event does not wake a paused file', () => {
  const queue = play([
    ...uploadingA,
    { type: 'progressed', samples: [{ id: 'a', sent: 44 }], now: 0 },
    { type: 'paused', ids: ['a'] },
    { type: 'progressed', samples: [{ id: 'a', sent: 60 }], now: 500 },
  ])
  expect(item(queue, 'a')).toMatchObject({ state: 'paused', sent: 44, speed: null })
})

test('an interruption keeps what was sent and says when it tries again', () => {
  const queue = play([
    ...uploadingA,
    { type: 'progressed', samples: [{ id: 'a', sent: 72 }], now: 0 },
    { type: 'interrupted', id: 'a', retryAt: 12_000, waitsFor: 'network' },
  ])
  expect(item(queue, 'a')).toMatchObject({ state: 'waiting', sent: 72, retryAt: 12_000 })
  const again = play([{ type: 'started', id: 'a' }], queue)
  expect(item(again, 'a')).toMatchObject({ state: 'uploading', retryAt: null })
})

test('after a break the offset of the storage counts, also when it is lower', () => {
  const queue = play([
    ...uploadingA,
    { type: 'progressed', samples: [{ id: 'a', sent: 80 }], now: 0 },
    { type: 'interrupted', id: 'a', retryAt: 1, waitsFor: 'network' },
    { type: 'started', id: 'a' },
    { type: 'progressed', samples: [{ id: 'a', sent: 64 }], now: 9_000 },
  ])
  expect(queue.summary().sentBytes).toBe(64)
})

test('pausing spares what is finishing, finished or failed', () => {
  const queue = play([
    { type: 'added', uploads: ['a', 'b', 'c', 'd'].map((id) => upload(id)) },
    { type: 'started', id: 'a' },
    { type: 'sent', id: 'b' },
    { type: 'stored', id: 'c', entryId: 'e', name: 'c.bin', notice: null },
    { type: 'failed', id: 'd', error: { code: 'too_large' } },
    { type: 'paused', ids: ['a', 'b', 'c', 'd'] },
  ])
  expect([...queue.items()].map(({ state }) => state)).toEqual(['paused', 'finishing', 'stored', 'failed'])
})

test('a stored file is done when all its copies exist, and not before', () => {
  const stored = () => play([...uploadingA, { type: 'stored', id: 'a', entryId: 'e1', name: 'a.bin', notice: null }])
  expect(item(stored(), 'a')).toMatchObject({ state: 'stored', sent: 100, copies: null })
  const one = play([{ type: 'copies', id: 'a', copies: { have: 1, want: 2 } }], stored())
  expect(item(one, 'a').state).toBe('stored')
  const two = play([{ type: 'copies', id: 'a', copies: { have: 2, want: 2 } }], one)
  expect(item(two, 'a').state).toBe('done')
  expect(two.summary().sentBytes).toBe(100)
})

test('a file whose name was taken and that should be skipped is no failure', () => {
  const queue = play([...uploadingA, { type: 'stored', id: 'a', entryId: null, name: null, notice: 'skipped' }])
  expect(item(queue, 'a').state).toBe('skipped')
  expect(queue.summary().allBytes).toBe(300)
})

test('what failed does not count in the percentage, what waits for its file does', () => {
  const queue = play([
    added,
    { type: 'failed', id: 'b', error: { code: 'quota_exceeded', detail: { missing: 200 } } },
    { type: 'remembered', uploads: [{ ...upload('c', 1000), sent: 440 }] },
  ])
  expect(queue.summary()).toMatchObject({ allBytes: 1100, sentBytes: 440 })
  expect(queue.summary().counts).toMatchObject({ queued: 1, failed: 1, 'needs-file': 1 })
})

test('after a reload the whole is what it was, and opening the files again changes nothing of it', () => {
  const sample = (id: string, sent: number): UploadAction => ({ type: 'progressed', samples: [{ id, sent }], now: 0 })
  const stored: UploadAction = { type: 'stored', id: 'c', entryId: 'e', name: 'c', notice: null }
  const before = play([added, { type: 'added', uploads: [upload('c', 600)] }, { type: 'started', id: 'b' }])
  play([sample('b', 120), stored], before)
  const { allBytes, sentBytes, storedBytes } = before.summary()
  expect([allBytes, sentBytes, storedBytes]).toEqual([1000, 720, 600])
  const uploads = [
    { ...upload('a'), sent: 0 },
    { ...upload('b', 300), sent: 120 },
  ]
  const after = play([
    { type: 'before', stored: { files: 1, bytes: storedBytes } },
    { type: 'remembered', uploads },
  ])
  expect(after.summary()).toMatchObject({ allBytes, sentBytes, storedBytes })
  play([{ type: 'queued', ids: ['a', 'b'] }], after)
  expect(after.summary()).toMatchObject({ allBytes, sentBytes, files: 2 })
  play([{ type: 'before', stored: nothingBefore }], after)
  expect(after.summary()).toMatchObject({ allBytes: 400, sentBytes: 120, storedBytes: 0 })
})

test('bytes that an earlier page had sent are no speed of this one', () => {
  const at = (sent: number, now: number): UploadAction => ({ type: 'progressed', samples: [{ id: 'a', sent }], now })
  const queue = play([...uploadingA, at(0, 0), at(20, 1000)])
  play([{ type: 'before', stored: { files: 3, bytes: 9000 } }], queue)
  play([{ type: 'remembered', uploads: [{ ...upload('c', 5000), sent: 4000 }] }, at(40, 2000)], queue)
  expect(queue.summary().speed?.bytesPerSecond).toBe(20)
})

test('an upload of an earlier page waits for its file and then goes on', () => {
  const remembered = play([{ type: 'remembered', uploads: [{ ...upload('a', 100), sent: 44 }] }])
  expect(item(remembered, 'a')).toMatchObject({ state: 'needs-file', sent: 44 })
  const wrong = play([{ type: 'other-file', id: 'a' }], remembered)
  expect(item(wrong, 'a').otherFile).toBe(true)
  const chosen = play([{ type: 'queued', ids: ['a'] }], wrong)
  expect(item(chosen, 'a')).toMatchObject({ state: 'queued', sent: 44, otherFile: false })
})

test('starting again begins at zero and forgets the reason', () => {
  const queue = play([
    ...uploadingA,
    { type: 'progressed', samples: [{ id: 'a', sent: 72 }], now: 0 },
    { type: 'failed', id: 'a', error: { code: 'changed' } },
    { type: 'restarted', id: 'a', file: { ...upload('a', 150), lastModified: 2 } },
  ])
  expect(item(queue, 'a')).toMatchObject({ state: 'queued', sent: 0, size: 150, error: null })
  expect(queue.summary().allBytes).toBe(450)
})

test('a file whose folder is renamed moves to that group, and one of the same name stays', () => {
  const uploads = ['a', 'b'].map((id) => ({ ...upload(id), path: 'old', folderLabel: 'Drive / old' }))
  const file = { ...upload('a'), path: 'new', folderLabel: 'Drive / new' }
  const queue = play([
    { type: 'added', uploads },
    { type: 'failed', id: 'a', error: { code: 'name_invalid' } },
    { type: 'restarted', id: 'a', file },
  ])
  const rows = queue.rows.between({ groupHeight: 1, rowHeight: 1, from: 0, to: 10, onlyFailed: false })
  const shown = rows.map((row) => (row.kind === 'group' ? `${row.label}: ${row.all}` : row.id))
  expect(shown).toEqual(['Drive / old: 1', 'b', 'Drive / new: 1', 'a'])
  expect(queue.summary()).toMatchObject({ files: 2, counts: { queued: 2, failed: 0 } })
})

test('a removed file leaves no trace in the sums, and events about it are ignored', () => {
  const queue = play([
    ...uploadingA,
    { type: 'removed', ids: ['a'] },
    { type: 'sent', id: 'a' },
    { type: 'failed', id: 'a', error: { code: 'unknown' } },
  ])
  expect([...queue.items()].map(({ id }) => id)).toEqual(['b'])
  expect(queue.summary().allBytes).toBe(300)
  expect(play([{ type: 'removed', ids: ['b'] }], queue).summary()).toBe(emptySummary)
})

test('the sums always equal a fresh count over all files', () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const ids = ['a', 'b', 'c', 'd', 'e']
  const anyAction = (): UploadAction => {
    const id = ids[random(ids.length)] ?? 'a'
    const actions: UploadAction[] = [
      { type: 'added', uploads: [upload(id, random(500))] },
      { type: 'started', id },
      { type: 'progressed', samples: [{ id, sent: random(600) }], now: random(10_000) },
      { type: 'sent', id },
      { type: 'paused', ids: [id] },
      { type: 'queued', ids: [id] },
      { type: 'interrupted', id, retryAt: 1, waitsFor: 'storage' },
      { type: 'file-lost', id },
      { type: 'remembered', uploads: [{ ...upload(id, 500), sent: random(500) }] },
      { type: 'stored', id, entryId: random(2) === 0 ? null : id, name: id, notice: null },
      { type: 'copies', id, copies: { have: random(3), want: 2 } },
      { type: 'failed', id, error: { code: 'unknown' } },
      { type: 'restarted', id, file: null },
      { type: 'removed', ids: [id] },
    ]
    return actions[random(actions.length)] ?? { type: 'removed', ids: [] }
  }
  const queue = new UploadQueue()
  for (let round = 0; round < 10_000; round += 1) queue.apply(anyAction())
  const items = [...queue.items()]
  expect(queue.summary().files).toBe(items.length)
  const counting = items.filter(({ state }) => !['failed', 'skipped'].includes(state))
  expect(queue.summary().allBytes).toBe(counting.reduce((sum, { size }) => sum + size, 0))
  expect(queue.summary().sentBytes).toBe(counting.reduce((sum, { sent }) => sum + sent, 0))
  for (const [state, count] of Object.entries(queue.summary().counts)) {
    expect(items.filter((each) => each.state === state)).toHaveLength(count)
  }
})

test('a file that was there already says how much was spared, also when a part had been sent', () => {
  const sent: UploadAction = { type: 'progressed', samples: [{ id: 'a', sent: 30 }], now: 0 }
  const stored: UploadAction = { type: 'stored', id: 'a', entryId: 'e', name: 'a', notice: null, instant: true }
  const queue = play([...uploadingA, sent, stored, { ...stored, id: 'b' }])
  expect([item(queue, 'a').spared, item(queue, 'b').spared]).toEqual([70, 300])
  expect(queue.summary().sparedBytes).toBe(370)
  expect(play([{ type: 'removed', ids: ['b'] }], queue).summary().sparedBytes).toBe(70)
  const sentWhole = play([...uploadingA, { type: 'sent', id: 'a' }, stored])
  expect(item(sentWhole, 'a').spared).toBeNull()
})

test('an identical file is skipped and counts nowhere', () => {
  const queue = play([added, { type: 'identical', id: 'a' }])
  expect(item(queue, 'a')).toMatchObject({ state: 'skipped', notice: 'identical' })
  expect(queue.summary().allBytes).toBe(300)
})

test('what is looked at is forgotten when the upload moves on', () => {
  const checking = play([...uploadingA, { type: 'checked', id: 'a', bytes: 50 }])
  expect(item(checking, 'a').checked).toBe(50)
  expect(item(play([{ type: 'paused', ids: ['a'] }], checking), 'a').checked).toBeNull()
})

test('an upload that another device took says where it goes on, and comes back', () => {
  const queue = play([...uploadingA, { type: 'elsewhere', id: 'a', device: 'Firefox on Android' }])
  expect(item(queue, 'a')).toMatchObject({ state: 'elsewhere', device: 'Firefox on Android' })
  expect(item(play([{ type: 'queued', ids: ['a'] }], queue), 'a').state).toBe('queued')
})

test('the files of a state are listed in the order they came', () => {
  const queue = play([added, { type: 'failed', id: 'b', error: { code: 'too_large' } }])
  play([{ type: 'added', uploads: [upload('c')] }], queue)
  expect([queue.idsIn('queued'), queue.idsIn('failed', 'queued'), queue.idsIn('done')]).toEqual([
    ['a', 'c'],
    ['a', 'b', 'c'],
    [],
  ])
})

test('says how much did not fit, as long as that is to be tried again', () => {
  const full = { code: 'quota_exceeded', detail: { missingBytes: 5 } }
  const failed = play([added, { type: 'failed', id: 'a', error: full }, { type: 'failed', id: 'b', error: full }])
  expect(failed.summary().unfitBytes).toBe(400)
  const retried = play([{ type: 'restarted', id: 'a', file: null }], failed)
  expect(retried.summary().unfitBytes).toBe(300)
  const other = play([{ type: 'failed', id: 'a', error: { code: 'too_large' } }], retried)
  expect(other.summary().unfitBytes).toBe(300)
  expect(play([{ type: 'removed', ids: ['b'] }], other).summary().unfitBytes).toBe(0)
})
