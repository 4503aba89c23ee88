import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
const FILE_BYTES = 200
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
/** What the thread has sent to the main one, in the hands of nobody. */
let sent: SentRecord[]
let threadLog: ThreadLog
/** How often the thread has told that it wrote. */
let told: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-names-'))
  now = 1_800_000_000
  memory = allocateSharedNames(size)
  names = new SharedNames(memory, size)
  log = openLog()
  sent = []
  told = 0
  // As in a thread: another object over the same memory.
  const inThread = new SharedNames(memory, size)
  threadLog = new ThreadLog({
    thread: THREAD,
    names: inThread,
    now: () => now,
    folder: join(folder, 'sync'),
    fileBytesMax: FILE_BYTES,
    send: ({ errands }) => sent.push(...errands),
    hasWritten: () => {
      told += 1
    },
  })
})
afterEach(async () => {
  threadLog.close()
  await log.close()
  rmSync(folder, { recursive: true })
})

function openLog(): LogWriter {
  const shared = { clock: names.clock, end: names.logEnd }
  return openLogWriter({ folder: join(folder, 'sync'), now: () => now, rotateBytes: FILE_BYTES, ...shared })
}

const text = (index = 0) => readFileSync(join(folder, 'sync', `binlog.00${index}`), 'latin1')

const writtenByThread = (name: string) =>
  new Promise<void>((resolve, reject) => threadLog.append('C', name, (error) => (error ? reject(error) : resolve())))

function drawn(name: string): number {
  const timestamp = threadLog.drawTimestamp()
  threadLog.hold(name)
  return timestamp
}

const written = (op: 'C' | 'D', name: string) =>
  new Promise<void>((resolve, reject) => log.append(op, name, (error) => (error ? reject(error) : resolve())))

it('the most connections of all threads at once are kept', () => {
  names.setConnections(0, 3)
  names.setConnections(THREAD, 2)
  names.setConnections(0, 1)
  names.setConnections(THREAD, 3)
  expect([names.connectionsExcept(0), names.connectionsMax]).toEqual([3, 5])
  // 1.25 times the other's and two more are still even.
  names.setConnections(0, 8)
  for (const [count, isAhead] of [
    [12, false],
    [13, true],
  ] as const) {
    names.setConnections(THREAD, count)
    expect(names.isAhead(THREAD)).toBe(isAhead)
  }
  expect(names.isAhead(0)).toBe(false)
})

describe('a name that another thread has drawn', () => {
  it('keeps the times of records and the watermark at or before its own until its record is written', async () => {
    const timestamp = drawn('M00/00/00/one')
    now += 30
    await written('C', 'M00/00/00/of-the-main-thread')
    expect(log.watermark()).toBe(timestamp - 1)
    expect(log.isHeld('M00/00/00/one')).toBe(true)

    await writtenByThread('M00/00/00/one')
    expect(text()).toBe(`${timestamp} C M00/00/00/of-the-main-thread\n${timestamp} C M00/00/00/one\n`)
    expect(log.watermark()).toBe(now - 1)
    expect(log.isHeld('M00/00/00/one')).toBe(false)
  })

  it('keeps them there while a record that must be durable is on its way to the main thread', async () => {
    const timestamp = drawn('M00/00/00/one')
    now += 30
    threadLog.append('C', 'M00/00/00/one', () => undefined, { durable: true })
    await expect.poll(() => sent.length).toBe(1)
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

describe('a log that threads write, too', () => {
  it('gives no record of a thread a later time than a name that the main thread holds', async () => {
    const timestamp = log.drawTimestamp()
    log.hold('M00/00/00/slow', timestamp)
    now += 30
    await writtenByThread('M00/00/00/fast')
    expect(text()).toBe(`${timestamp} C M00/00/00/fast\n`)
    log.release('M00/00/00/slow')
    await writtenByThread('M00/00/00/later')
    expect(text()).toBe(`${timestamp} C M00/00/00/fast\n${now} C M00/00/00/later\n`)
  })

  it('has the records of all in one order of time', async () => {
    await writtenByThread('M00/00/00/a')
    now += 10
    await written('C', 'M00/00/00/b')
    now -= 20
    await writtenByThread('M00/00/00/c')
    await written('C', 'M00/00/00/d')
    const times = text()
      .split('\n')
      .slice(0, -1)
      .map((line) => Number(line.split(' ')[0]))
    expect(times).toEqual([now + 10, now + 20, now + 20, now + 20])
  })

  it('is read as far as a thread has written, and readers are woken', async () => {
    await writtenByThread('M00/00/00/a')
    expect(log.position()).toEqual({ index: 0, offset: text().length })
    await expect.poll(() => told).toBe(1)
  })

  it('goes on in the next file, which the main thread begins', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await writtenByThread(`M00/00/00/${name}`)
    expect(text().length).toBeGreaterThanOrEqual(FILE_BYTES)
    threadLog.append('C', 'M00/00/00/passed-on', () => undefined)
    await expect.poll(() => sent.map(({ name }) => name)).toEqual(['M00/00/00/passed-on'])
    await written('C', 'M00/00/00/passed-on')
    await writtenByThread('M00/00/00/in-the-next-file')
    expect(text(1)).toBe(`${now} C M00/00/00/passed-on\n${now} C M00/00/00/in-the-next-file\n`)
  })

  it('takes no records from threads once it is closed', async () => {
    await log.close()
    threadLog.append('C', 'M00/00/00/late', () => undefined)
    await expect.poll(() => sent.length).toBe(1)
    expect(text()).toBe('')
    log = openLog()
  })

  it('finds its end again after a thread ended in the midst of writing', async () => {
    await writtenByThread('M00/00/00/a')
    appendFileSync(join(folder, 'sync/binlog.000'), `${now} C M00/00/00/untold\n`)
    log.othersHaveWritten()
    expect(log.position().offset).toBe(text().length)
    await written('C', 'M00/00/00/b')
    expect(log.position().offset).toBe(text().length)
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
    await writtenByThread(logged.logicName)
    // A slot is taken again, and its thread ends before it has written the name.
    threadLog.drawTimestamp()
    const prefix = temporaryPrefix(7)
    for (const name of [`${prefix}1`, `${temporaryPrefix(77)}1`]) writeFileSync(join(storePath.temporaryDir, name), 'x')

    takeBack({ store, sharing: { shared: names }, logger: pino({ level: 'silent' }) }, THREAD, prefix)
    expect([existsSync(logged.path), existsSync(lost.path)]).toEqual([true, false])
    expect(readdirSync(storePath.temporaryDir)).toEqual([`${temporaryPrefix(77)}1`])
    expect([...names.heldBy(THREAD)]).toEqual([])
  })
})
