import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeTrunkFileName, type FileSource, Status, type TrunkSlot } from '@cairn/dfs-core'
import type { TrunkParameters } from '@cairn/dfs-core/conf'
import { commonLane } from '@cairn/dfs-core/disk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { binlogFolder } from '../disk/binlog-files.ts'
import { FileStore } from '../disk/file-store.ts'
import { openInitFlag } from '../disk/init-flag.ts'
import { openLogWriter } from '../disk/log-writer.ts'
import { openStorePath } from '../disk/store-path.ts'
import { TrunkAllocator } from './allocator.ts'
import { clearSlot, isSlotUnoccupied, trunkFilePath, writeSlot } from './slot-file.ts'
import { type NamedSlot, slotOfName } from './slot-name.ts'
import { openStored } from './stored-content.ts'
import { parseTrunkLine } from './trunk-line.ts'
import { TrunkLog } from './trunk-log.ts'

const PARAMETERS: TrunkParameters = {
  slotMinSize: 256,
  slotMaxSize: 16 * 1024,
  allocAlignmentSize: 256,
  fileSize: 32 * 1024,
  createFileAdvance: false,
  createFileTimeBase: { hour: 2, minute: 0 },
  createFileInterval: 86_400,
  createFileSpaceThreshold: 100 * 1024,
  initCheckOccupying: false,
  initReloadFromBinlog: false,
  freeSpaceMerge: true,
  deleteUnusedFiles: false,
  compressBinlogMinInterval: 0,
  compressBinlogInterval: 0,
  compressBinlogTimeBase: { hour: 3, minute: 0 },
  binlogMaxBackups: 0,
}

/** A trunk server and the one writer of its group, on one disk. */
class TrunkServer {
  readonly basePath = mkdtempSync(join(tmpdir(), 'cairn-trunk-'))
  readonly store: FileStore
  /** What was acknowledged and not deleted since. */
  readonly acknowledged = new Map<string, { readonly named: NamedSlot; readonly body: Buffer }>()
  readonly reports: string[] = []
  log: TrunkLog
  allocator: TrunkAllocator
  #count = 0
  readonly #parameters: TrunkParameters

  constructor(change: Partial<TrunkParameters> = {}) {
    this.#parameters = { ...PARAMETERS, ...change }
    this.store = new FileStore({
      identity: {
        group: 'group1',
        storageId: '100001',
        source: { kind: 'id', id: 100_001 },
        reserve: { kind: 'bytes', bytes: 0 },
        pathOrder: 'round-robin',
      },
      storePaths: [openStorePath(0, this.basePath, false)],
      log: openLogWriter({ folder: binlogFolder(this.basePath) }),
      cursor: null,
      subdirCount: 256,
    })
    this.log = TrunkLog.open(this.basePath, (message) => this.reports.push(message))
    this.allocator = this.#takeUp()
  }

  /** The process ends without a word, and starts again. */
  crash(): void {
    this.log = TrunkLog.open(this.basePath, (message) => this.reports.push(message))
    this.allocator = this.#takeUp()
  }

  allocate(size: number): Promise<TrunkSlot> {
    return this.allocator.allocate(0, size + 24)
  }

  /** As a storage does it: the name tells slot, size and CRC-32. */
  async write(slot: TrunkSlot, body: Buffer): Promise<string> {
    this.#count += 1
    const source: FileSource = { kind: 'id', id: 100_001 }
    const facts = { source, timestamp: 1_700_000_000 + this.#count, size: body.length, crc32: crc32(body), ext: 'bin' }
    const place = { id: slot.trunkFileId, offset: slot.offset, allocSize: slot.size }
    const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, '0')
    const name = encodeTrunkFileName({ ...facts, random23: this.#count, digits: this.#count }, place)
    const logicName = `M00/${hex(slot.high)}/${hex(slot.low)}/${name}`
    const named = slotOfName(logicName) as NamedSlot
    await writeSlot(commonLane, this.#path(slot), { named, content: body })
    return logicName
  }

  async isUnoccupied(slot: TrunkSlot): Promise<boolean> {
    return await isSlotUnoccupied(commonLane, this.#path(slot), slot.offset)
  }

  async upload(size: number): Promise<string> {
    const body = Buffer.alloc(size, this.#count + 1)
    const slot = await this.allocate(size)
    expect(await this.isUnoccupied(slot)).toBe(true)
    const name = await this.write(slot, body)
    this.allocator.confirm(slot, Status.OK)
    this.acknowledged.set(name, { named: slotOfName(name) as NamedSlot, body })
    return name
  }

  async clear(name: string): Promise<TrunkSlot> {
    const { named } = this.acknowledged.get(name) as { named: NamedSlot }
    this.acknowledged.delete(name)
    await clearSlot(commonLane, this.#path(named.slot), named)
    return named.slot
  }

  expectAllThere(): void {
    for (const [name, { body }] of this.acknowledged) expect(this.read(name)?.equals(body), name).toBe(true)
  }

  read(name: string): Buffer | null {
    const content = openStored(this.store, this.store.resolve(name))
    if (content === null) return null
    const bytes = Buffer.alloc(content.size)
    readSync(content.fd, bytes, 0, bytes.length, content.offset)
    closeSync(content.fd)
    return bytes
  }

  remove(): void {
    rmSync(this.basePath, { recursive: true })
  }

  #path(slot: TrunkSlot): string {
    return trunkFilePath(openStorePath(0, this.basePath, false), slot)
  }

  #takeUp(): TrunkAllocator {
    return new TrunkAllocator({
      basePath: this.basePath,
      parameters: () => this.#parameters,
      subdirCount: 256,
      store: this.store,
      initFlag: openInitFlag(this.basePath, 1),
      log: this.log,
      trunkFileId: 0,
      now: () => 1_800_000_000,
      report: (message) => this.reports.push(message),
      checkRole: () => undefined,
    })
  }
}

let server: TrunkServer
beforeEach(() => {
  server = new TrunkServer()
})
afterEach(() => server.remove())

type Step =
  | { do: 'upload' | 'stop after allocating' | 'stop after writing' | 'stop after confirming'; size: number }
  | { do: 'delete' | 'stop after clearing' | 'stop after freeing'; nth: number }
  | { do: 'stop' | 'stop in a line' | 'save and stop' | 'compress' }

const size = fc.integer({ min: 0, max: 9000 })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('upload' as const), size }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'stop after allocating' as const,
          'stop after writing' as const,
          'stop after confirming' as const,
        ),
        size,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('delete' as const, 'stop after clearing' as const, 'stop after freeing' as const),
        nth: fc.nat(20),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('stop' as const, 'stop in a line' as const, 'save and stop' as const, 'compress' as const),
      }),
    },
  ),
  { maxLength: 30 },
)

async function run(trunk: TrunkServer, step: Step): Promise<void> {
  if ('size' in step) await runUpload(trunk, step)
  else if ('nth' in step) await runDelete(trunk, step)
  else if (step.do === 'compress') trunk.allocator.compress()
  else {
    if (step.do === 'save and stop') trunk.allocator.saveSnapshot()
    if (step.do === 'stop in a line') appendFileSync(trunk.log.path, '1800000000 A 0 0')
    trunk.crash()
  }
}

async function runUpload(trunk: TrunkServer, step: Extract<Step, { size: number }>): Promise<void> {
  if (step.do === 'upload') {
    await trunk.upload(step.size)
    return
  }
  const slot = await trunk.allocate(step.size)
  expect(await trunk.isUnoccupied(slot)).toBe(true)
  const body = Buffer.alloc(step.size, 7)
  const name = step.do === 'stop after allocating' ? null : await trunk.write(slot, body)
  if (step.do === 'stop after confirming' && name !== null) {
    trunk.allocator.confirm(slot, Status.OK)
    // The writer may have answered its client before the end.
    trunk.acknowledged.set(name, { named: slotOfName(name) as NamedSlot, body })
  }
  trunk.crash()
}

async function runDelete(trunk: TrunkServer, step: Extract<Step, { nth: number }>): Promise<void> {
  const name = [...trunk.acknowledged.keys()][step.nth % Math.max(1, trunk.acknowledged.size)]
  if (name === undefined) return
  const slot = await trunk.clear(name)
  if (step.do !== 'stop after clearing') trunk.allocator.free(slot)
  if (step.do !== 'delete') trunk.crash()
}

async function inTurn<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  while (results.length < count) results.push(await work())
  return results
}

describe('a trunk server', () => {
  it('never hands out the slot of an acknowledged file, wherever it was stopped', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const trunk = new TrunkServer()
        try {
          for (const step of all) {
            await run(trunk, step)
            trunk.expectAllThere()
          }
        } finally {
          trunk.remove()
        }
      }),
      { numRuns: 40 },
    )
  })

  it('logs an allocation as FastDFS does', async () => {
    await server.upload(10)
    expect(
      readFileSync(server.log.path, 'latin1')
        .replaceAll(/^\d+ /gm, '')
        .replaceAll(/0 \d+ \d+ 1/g, '0 H L 1'),
    ).toBe('A 0 H L 1 0 32768\nD 0 H L 1 0 32768\nA 0 H L 1 256 32512\nA 0 H L 1 0 256\nD 0 H L 1 0 256\n')
  })

  it('takes a slot out that holds another file, and gives one back that was not written', async () => {
    const first = await server.allocate(10)
    server.allocator.confirm(first, Status.EEXIST)
    const second = await server.allocate(10)
    expect(second).not.toEqual(first)
    server.allocator.confirm(second, Status.EIO)
    expect(await server.allocate(10)).toEqual(second)
    expect(() => server.allocator.confirm(first, Status.OK)).toThrow('was not handed out')
  })

  it('does not use a freed slot again at once, nor take it back twice', async () => {
    const slot = await server.clear(await server.upload(10))
    server.allocator.free(slot)
    expect(() => server.allocator.free(slot)).toThrow('is free already')
    expect(await server.allocate(10)).not.toEqual(slot)
    server.crash()
    expect([await server.allocate(10), await server.allocate(10)]).toContainEqual(slot)
  })

  it('hands out another slot when a file lies in the one that its log says is free', async () => {
    const slot = await server.allocate(10)
    await server.write(slot, Buffer.alloc(10, 1))
    server.crash()
    expect(await server.allocate(10)).not.toEqual(slot)
    expect(server.reports).toContain('a slot that the trunk binlog says is free holds a file')
  })

  it('gives no number to two trunk files, not even when its log is lost', async () => {
    await server.upload(10)
    server.log.startOver(0, new Date())
    server.crash()
    expect(await server.upload(10)).not.toContain('AAAAAQ')
    expect(server.allocator.trunkFileId).toBe(2)
  })

  it('reads its log when the snapshot is damaged, and the snapshot when the log has lost its end', async () => {
    const names = [await server.upload(10), await server.upload(300)]
    server.allocator.saveSnapshot()
    writeFileSync(join(server.basePath, 'data/storage_trunk.dat'), '1\n1 A 0 0 0 torn')
    server.crash()
    expect(server.reports.join()).toContain('cannot be read')
    const next = await server.allocate(10)
    server.allocator.saveSnapshot()
    truncateSync(server.log.path, 0)
    server.crash()
    expect(await server.allocate(10)).toEqual(next)
    expect(names.map((name) => slotOfName(name)?.slot)).not.toContainEqual(next)
  })

  it('refuses what does not fit a slot, and store paths that are not there', async () => {
    await expect(server.allocator.allocate(0, PARAMETERS.slotMaxSize + 1)).rejects.toThrow('too large')
    await expect(server.allocator.allocate(1, 100)).rejects.toThrow('no store path')
  })

  it('makes trunk files ahead until enough is free', async () => {
    let made = 0
    while (await server.allocator.createAhead()) made += 1
    expect(made).toBe(4)
  })

  it('compresses its log to the blocks that are free, joined', async () => {
    const names = await inTurn(20, () => server.upload(1000))
    for (const name of names.slice(5, 15)) server.allocator.free(await server.clear(name))
    server.crash()
    const before = server.log.size
    server.allocator.compress()
    const lines = readFileSync(server.log.path, 'latin1').trimEnd().split('\n').map(parseTrunkLine)
    expect(lines.map(({ op, slot }) => [op, slot.offset, slot.size])).toEqual([
      ['A', 5 * 1024, 10 * 1024],
      ['A', 20 * 1024 + 0, 12 * 1024],
    ])
    expect(server.log.size).toBeLessThan(before)
    server.crash()
    server.expectAllThere()
    await server.upload(9000)
    server.expectAllThere()
  })

  it('removes trunk files that are free from end to end, if it is told to', async () => {
    const tidy = new TrunkServer({ deleteUnusedFiles: true })
    const names = await inTurn(4, () => tidy.upload(15_000))
    for (const name of names.slice(0, 2)) tidy.allocator.free(await tidy.clear(name))
    tidy.crash()
    tidy.allocator.compress()
    const files = readdirSync(join(tidy.basePath, 'data'), { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => /\d{6}$/.test(file)).length).toBe(1)
    tidy.expectAllThere()
    tidy.remove()
  })
})
