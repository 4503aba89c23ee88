import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileLocks, type FileLocks } from '../disk/file-locks.ts'
import type { LogDone } from '../disk/log-done.ts'
import { NewFiles, type ResolvedName } from '../disk/new-files.ts'
import { openStorePath } from '../disk/store-path.ts'
import { openTombstones, type Tombstones, tombstonesPath } from '../disk/tombstones.ts'
import { createDirectoryCursor } from '../engine/allocate.ts'
import { allocateSharedNames, SharedNames } from './shared-names.ts'
import { allocateSharedRemovals, SharedRemovals } from './shared-removals.ts'
import { ThreadRemovals } from './thread-removals.ts'

const THREAD = 1
const NOW = 1_800_000_000
const size = { threads: 2, slots: 10 }
const source = { kind: 'id', id: 100_001 } as const

let folder: string
let syncFolder: string
let names: SharedNames
let shared: SharedRemovals
let tombstones: Tombstones
let locks: FileLocks
let removals: ThreadRemovals
let store: NewFiles
/** Records that are not written yet. */
let records: Array<{ op: string; name: string; done: LogDone }>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-removals-'))
  syncFolder = join(folder, 'sync')
  names = new SharedNames(allocateSharedNames(size), size)
  const memory = allocateSharedRemovals(size.threads)
  shared = new SharedRemovals(memory, size.threads, names.logEnd.locked)
  tombstones = openTombstones(syncFolder, () => NOW, shared)
  locks = createFileLocks(shared)
  records = []
  const log = {
    drawTimestamp: () => NOW,
    hold: () => undefined,
    release: () => undefined,
    append: (op: string, name: string, done: LogDone) => void records.push({ op, name, done }),
  }
  store = new NewFiles({
    identity: {
      group: 'group1',
      storageId: '100001',
      source,
      reserve: { kind: 'bytes', bytes: 0 },
      pathOrder: 'round-robin',
    },
    storePaths: [openStorePath(0, folder, false)],
    cursor: createDirectoryCursor({ high: 0, low: 0, count: 0 }, 256, 100),
    subdirCount: 256,
    log,
  })
  // As in a thread: another object over the same memory.
  const inThread = new SharedRemovals(memory, size.threads, names.logEnd.locked)
  removals = new ThreadRemovals({ thread: THREAD, shared: inThread, log, folder: syncFolder, source, now: () => NOW })
})
afterEach(() => {
  removals.close()
  tombstones.close()
  rmSync(folder, { recursive: true })
})

function newFile(): ResolvedName {
  const [storePath] = store.storePaths
  if (storePath === undefined) throw new Error('no store path')
  const { logicName } = store.createWhole(Buffer.from('content'), { storePath, ext: 'bin' })
  return store.resolve(logicName)
}

/** What was answered. */
function remove(file: ResolvedName): Array<Error | undefined> {
  const answers: Array<Error | undefined> = []
  expect(removals.remove(file, (error) => answers.push(error))).toBe(true)
  return answers
}

/** As `ThreadLog` does. */
function writeRecords(error?: Error): void {
  names.logEnd.locked(() => removals.writeNames())
  for (const { done } of records.splice(0)) done(error)
}

const listed = () => readFileSync(tombstonesPath(syncFolder), 'latin1')
const isLocked = (file: ResolvedName) => {
  let isFree = false
  locks.acquire(file.logicName, (release) => {
    isFree = true
    release()
  })
  return !isFree
}

describe('a file that a thread removes', () => {
  it('is remembered before its record is written, goes after that, and is answered for last', () => {
    const file = newFile()
    const answers = remove(file)
    expect(tombstones.has(file.logicName)).toBe(true)
    expect(records.map(({ op, name }) => [op, name])).toEqual([['D', file.logicName]])
    expect([existsSync(file.path), answers]).toEqual([true, []])
    names.logEnd.locked(() => removals.writeNames())
    expect(listed()).toBe(`${NOW} ${file.logicName}\n`)
    writeRecords()
    expect([existsSync(file.path), answers]).toEqual([false, [undefined]])
    expect(isLocked(file)).toBe(false)
  })

  it('stays when its record cannot be written', () => {
    const file = newFile()
    const answers = remove(file)
    writeRecords(new Error('disk full'))
    expect(existsSync(file.path)).toBe(true)
    expect(answers[0]?.message).toBe('disk full')
    expect([isLocked(file), shared.giveUp(THREAD)]).toEqual([false, []])
  })

  it('is changed by nobody else meanwhile, and then by whoever waits', async () => {
    const file = newFile()
    remove(file)
    const seen = new Promise<boolean>((resolve) => {
      locks.acquire(file.logicName, (release) => {
        resolve(existsSync(file.path))
        release()
      })
    })
    expect(shared.untilFree(file.logicName)).toBeInstanceOf(Promise)
    writeRecords()
    expect(await seen).toBe(false)
    expect(shared.untilFree(file.logicName)).toBe(null)
  })

  it('is the main thread’s business when it has locked it, until it lets go', () => {
    const file = newFile()
    let release: () => void = () => undefined
    locks.acquire(file.logicName, (free) => {
      release = free
    })
    expect(removals.remove(file, () => undefined)).toBe(false)
    expect(tombstones.has(file.logicName)).toBe(false)
    release()
    remove(file)
  })

  it.each([
    ['is not here', (file: ResolvedName) => rmSync(file.path)],
    ['has metadata', (file: ResolvedName) => writeFileSync(`${file.path}-m`, 'a')],
  ])('is the main thread’s business when it %s', (_what, make) => {
    const file = newFile()
    make(file)
    expect(removals.remove(file, () => undefined)).toBe(false)
    expect([records.length, isLocked(file), tombstones.has(file.logicName)]).toEqual([0, false, false])
  })

  it.each([
    ['an appender', 'M00/00/00/wAACAmsBFQ6EcdF-AAAAAKaEx8Y201.txt'],
    ['a slave', 'M00/00/00/wAACAmsBGhyAcdduAAAABjY6MCA330_150x150.jpg'],
    ['in a trunk file', 'M00/00/00/oYYBAGsBFZmITJiFAAAABjY6MCAAAAAAQAAAAAAAAEA178.txt'],
    ['from another storage', 'M00/1A/2F/wAACAmsBFO2AHdmyAAAABjY6MCA212.txt'],
  ])('is the main thread’s business when it is %s', (_what, logicName) => {
    const file = store.resolve(logicName)
    expect(removals.remove(file, () => undefined)).toBe(false)
  })

  it('goes on in the main thread when the thread ends in between', () => {
    const file = newFile()
    remove(file)
    expect(shared.giveUp(THREAD)).toEqual([file.logicName])
    expect(isLocked(file)).toBe(false)
    expect(tombstones.has(file.logicName)).toBe(true)
    // Whoever removes it again does not write a name that is known.
    expect([tombstones.add(file.logicName), listed()]).toEqual([false, ''])
    tombstones.save()
    expect(listed()).toBe(`${NOW} ${file.logicName}\n`)
    expect(shared.giveUp(THREAD)).toEqual([])
  })
})

describe('names that threads have removed', () => {
  const name = (n: number) => `M00/00/00/${String(n).padStart(34, '0')}`
  const put = (n: number) => shared.put(THREAD, name(n), NOW)

  it('are taken over in their order; while the main thread does not, and while the first is under way, no more come', () => {
    const first = put(0)
    let count = 1
    for (let place = put(count); place >= 0; place = put(count)) {
      shared.finish(place)
      count += 1
    }
    const taken: string[] = []
    shared.take((removed) => taken.push(removed))
    expect(taken).toEqual(Array.from({ length: 512 }, (_, n) => name(n)))
    shared.take(() => expect.unreachable())
    expect(put(512)).toBe(-1)
    shared.finish(first)
    expect(put(512)).toBe(first)
  })

  it('are in the list after it was rewritten, whoever removed them', () => {
    for (let n = 0; n < 200_001; n += 1) {
      tombstones.add(name(n % 100), NOW + n)
    }
    const before = newFile()
    remove(before)
    writeRecords()
    // Again for many lines: it is rewritten, and the thread writes to the new one.
    for (let n = 0; n < 200_001; n += 1) tombstones.add(name(n % 100), NOW + 300_000 + n)
    const after = newFile()
    remove(after)
    writeRecords()
    expect(listed()).toContain(before.logicName)
    expect(listed()).toContain(after.logicName)
    tombstones.close()
    const again = openTombstones(syncFolder, () => NOW)
    for (const { logicName } of [before, after]) expect(again.has(logicName)).toBe(true)
    again.close()
  })
})
