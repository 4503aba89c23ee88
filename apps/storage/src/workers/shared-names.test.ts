import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileStore } from '../disk/file-store.ts'
import { type LogWriter, openLogWriter } from '../disk/log-writer.ts'
import { NewFiles, temporaryPrefix } from '../disk/new-files.ts'
import { openStorePath } from '../disk/store-path.ts'
import { createDirectoryCursor } from '../engine/allocate.ts'
import type { SentRecord } from './messages.ts'
import { allocateSharedNames, SharedNames } from './shared-names.ts'
import { takeBack } from './take-back.ts'
import { ThreadLog } from './thread-log.ts'

const THREAD = 1
const size = { threads: 2, slots: 3 }
const identity = {
  group: 'group1',
  storageId: '100001',
  source: { kind: 'id', id: 100_001 },
  reserve: { kind: 'bytes', bytes: 0 },
  pathOrder: 'round-robin',
} as const

let folder: string
let now: number
let memory: SharedArrayBuffer
let log: LogWriter
let names: SharedNames
/** What the thread has sent, in the hands of nobody. */
let sent: SentRecord[]
let threadLog: ThreadLog

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-names-'))
  now = 1_800_000_000
  memory = allocateSharedNames(size)
  names = new SharedNames(memory, size)
  log = openLogWriter({ folder: join(folder, 'sync'), now: () => now, clock: names.clock })
  sent = []
  // As in a thread: another object over the same memory.
  const inThread = new SharedNames(memory, size)
  threadLog = new ThreadLog({
    thread: THREAD,
    names: inThread,
    now: () => now,
    send: ({ errands }) => sent.push(...errands),
  })
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true })
})

function drawn(name: string): number {
  const timestamp = threadLog.drawTimestamp()
  threadLog.hold(name)
  return timestamp
}

const written = (op: 'C' | 'D', name: string) =>
  new Promise<void>((resolve, reject) => log.append(op, name, (error) => (error ? reject(error) : resolve())))

describe('a name that another thread has drawn', () => {
  it('keeps the times of records and the watermark at or before its own until its record is here', async () => {
    const timestamp = drawn('M00/00/00/one')
    now += 30
    await written('C', 'M00/00/00/of-the-main-thread')
    expect(log.watermark()).toBe(timestamp - 1)
    expect(log.drawTimestamp()).toBe(now)
    expect(log.isHeld('M00/00/00/one')).toBe(true)

    threadLog.append('C', 'M00/00/00/one', () => undefined)
    await expect.poll(() => sent.length).toBe(1)
    // On its way it still counts.
    expect(log.watermark()).toBe(timestamp - 1)
    const [record] = sent
    names.free(THREAD, record?.slot ?? -1)
    expect(log.watermark()).toBe(now - 1)
    expect(log.isHeld('M00/00/00/one')).toBe(false)
  })

  it('is never older than the newest record', async () => {
    await written('C', 'M00/00/00/newest')
    now -= 100
    expect(drawn('M00/00/00/one')).toBe(now + 100)
  })

  it('is forgotten after a minute, if its thread never comes back to it', () => {
    drawn('M00/00/00/one')
    now += 61
    expect(log.watermark()).toBe(now - 1)
  })

  it('is let go by a thread that takes it back, or could not make it', () => {
    drawn('M00/00/00/one')
    threadLog.release('M00/00/00/one')
    threadLog.drawTimestamp()
    threadLog.drawTimestamp()
    drawn('M00/00/00/two')
    now += 5
    expect([...names.heldBy(THREAD)].map(({ name }) => name)).toEqual(['M00/00/00/two'])
  })

  it('is refused when there are as many as may be', () => {
    for (const name of ['a', 'b', 'c']) drawn(name)
    expect(() => drawn('d')).toThrow('more files are being stored at once')
    threadLog.release('b')
    drawn('e')
    expect([...names.heldBy(THREAD)].map(({ name }) => name)).toEqual(['a', 'e', 'c'])
  })
})

describe('a lock whose holder has ended', () => {
  it('does not keep the others waiting', () => {
    new Int32Array(memory)[0] = 1
    expect(drawn('M00/00/00/one')).toBe(now)
  })
})

describe('what a thread leaves behind', () => {
  it('is taken back: files without a record, and half ones; files with a record stay', async () => {
    const storePath = openStorePath(0, folder, false)
    const options = { identity, storePaths: [storePath], cursor: null, subdirCount: 256 }
    const store = new FileStore({ ...options, log })
    const ofThread = new NewFiles({
      ...options,
      cursor: createDirectoryCursor({ high: 1, low: 0, count: 0 }, 256, 100),
      log: threadLog,
    })
    const file = { storePath, ext: 'bin' }
    const logged = ofThread.createWhole(Buffer.from('logged'), file)
    const lost = ofThread.createWhole(Buffer.from('lost'), file)
    threadLog.append('C', logged.logicName, () => undefined)
    await expect.poll(() => sent.length).toBe(1)
    names.free(THREAD, sent[0]?.slot ?? -1)
    // A slot is taken again, and its thread ends before it has written the name.
    threadLog.drawTimestamp()
    const prefix = temporaryPrefix(7)
    for (const name of [`${prefix}1`, `${temporaryPrefix(77)}1`]) writeFileSync(join(storePath.temporaryDir, name), 'x')

    takeBack({ store, sharing: { shared: names, memory, size }, logger: pino({ level: 'silent' }) }, THREAD, prefix)
    expect([existsSync(logged.path), existsSync(lost.path)]).toEqual([true, false])
    expect(readdirSync(storePath.temporaryDir)).toEqual([`${temporaryPrefix(77)}1`])
    expect([...names.heldBy(THREAD)]).toEqual([])
  })
})
