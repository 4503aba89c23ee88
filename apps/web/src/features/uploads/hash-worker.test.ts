import { createHash, createHmac, randomBytes } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import type { HashReply, HashTask } from './hash-task.ts'
import { proofHead, rangeHead } from './possession.ts'

// The global scope of a worker, which Node.js has not: messages come as events and go by postMessage.
const replies: HashReply[] = []
const scope = new EventTarget()
vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope))
vi.stubGlobal('postMessage', (reply: HashReply) => replies.push(reply))
await import('./hash-worker.ts')

const tell = (task: HashTask) => scope.dispatchEvent(new MessageEvent('message', { data: task }))
const last = (id: number) => replies.findLast((reply) => reply.id === id && reply.kind !== 'progress')

async function answerTo(task: HashTask): Promise<HashReply | undefined> {
  tell(task)
  await vi.waitFor(() => expect(last(task.id)).toBeDefined(), { timeout: 60_000 })
  return last(task.id)
}

const content = randomBytes(9_000_001)
const file = new File([content], 'a.bin')
const sha256 = createHash('sha256').update(content).digest('hex')

afterEach(() => {
  replies.length = 0
})

test('a file is hashed slice by slice, and the last word on progress is its size', async () => {
  expect(await answerTo({ id: 1, kind: 'hash', file })).toEqual({ id: 1, kind: 'done', value: sha256 })
  const progress = replies.flatMap((reply) => (reply.kind === 'progress' ? [reply.bytes] : []))
  expect(progress).toEqual([4_194_304, 8_388_608, 9_000_001])
})

test('a probe is the hash of the first 64 KiB', async () => {
  const head = createHash('sha256').update(content.subarray(0, 65_536)).digest('hex')
  expect(await answerTo({ id: 2, kind: 'probe', file })).toEqual({ id: 2, kind: 'done', value: head })
})

test('a challenge is answered as the server expects it', async () => {
  const nonce = randomBytes(32).toString('hex')
  const uploadId = randomBytes(16).toString('hex')
  const ranges = [
    { offset: 0, length: 65_536 },
    { offset: 1_234_567, length: 65_536 },
  ]
  const mac = createHmac('sha256', Buffer.from(nonce, 'hex')).update(proofHead(uploadId, sha256, content.length))
  for (const range of ranges) {
    mac.update(rangeHead(range)).update(content.subarray(range.offset, range.offset + range.length))
  }
  const answer = await answerTo({ id: 3, kind: 'prove', file, uploadId, sha256, nonce, ranges })
  expect(answer).toEqual({ id: 3, kind: 'done', value: mac.digest('hex') })
})

test('a hash that nobody wants any more ends without a value', async () => {
  tell({ id: 4, kind: 'hash', file })
  expect(await answerTo({ id: 4, kind: 'stop' })).toEqual({ id: 4, kind: 'done', value: null })
})
