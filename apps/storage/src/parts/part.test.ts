import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGroupSync, type GroupSync } from '../disk/group-sync.ts'
import { openStorePath, type StorePath } from '../disk/store-path.ts'
import { HashFrontier, type HashJob } from './hash-frontier.ts'
import { Part, type PartContext } from './part.ts'
import { findParts } from './part-files.ts'
import { HASH_LAG_MAX } from './part-hash.ts'

const upload = {
  upl: 'ab'.repeat(16),
  ep: 1,
  len: 1_000_000,
  lenMax: 1_000_000,
  joins: [],
  metadata: '',
  concat: '',
  ext: 'bin',
  own: 'o',
  ent: 'e',
}
let folder: string
let storePath: StorePath
let frontier: HashFrontier
let context: PartContext

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-part-'))
  storePath = openStorePath(0, folder, false)
  frontier = new HashFrontier()
  context = { frontier, sync: null, bootId: 'boot' }
})

afterEach(async () => {
  await frontier.close()
  rmSync(folder, { recursive: true })
})

async function write(part: Part, ...chunks: Buffer[]): Promise<void> {
  await part.openForWriting()
  await part.append(chunks)
  await part.closeFile()
}

function reopen(): Part {
  const [found] = findParts(storePath, () => undefined)
  if (found === undefined) throw new Error('the part is gone')
  return Part.reopen(context, storePath, found)
}

describe('a part', () => {
  it('has the CRC-32 of the whole, whatever it was written in and however often it was reopened', async () => {
    const content = randomBytes(upload.len)
    let part = await Part.create(context, storePath, upload)
    await write(part, content.subarray(0, 10), content.subarray(10, 300_000))
    part = reopen()
    await write(part, content.subarray(300_000, 300_001))
    part = reopen()
    await write(part, content.subarray(300_001))
    expect(part.isComplete).toBe(true)
    expect((await part.hashes()).crc32).toBe(crc32(content))
  })

  it('has what another thread has written and told', async () => {
    const content = randomBytes(upload.len)
    const part = await Part.create(context, storePath, upload)
    await write(part, content.subarray(0, 1000))
    appendFileSync(part.paths.part, content.subarray(1000, 300_000))
    await part.grew(299_000, crc32(content.subarray(1000, 300_000)))
    expect(part.offset).toBe(300_000)
    await write(part, content.subarray(300_000))
    expect((await part.hashes()).crc32).toBe(crc32(content))
  })

  it('is after a rollback as it was before', async () => {
    const content = randomBytes(upload.len)
    const part = await Part.create(context, storePath, upload)
    await write(part, content.subarray(0, 500_000))
    const { mark } = part
    await write(part, randomBytes(400_000))
    await part.rollback(mark)
    await part.closeFile()
    expect([part.offset, readFileSync(part.paths.part).equals(content.subarray(0, 500_000))]).toEqual([500_000, true])
    await write(part, content.subarray(500_000))
    expect((await part.hashes()).crc32).toBe(crc32(content))
  })

  it('holds its writer while the hash is 64 MiB behind', async () => {
    const waits: number[] = []
    let letGo: () => void = () => expect.fail('nobody waits')
    const slow: HashJob = {
      hashed: 0,
      advance: () => undefined,
      below(lagMax) {
        waits.push(lagMax)
        return new Promise((resolve) => {
          letGo = resolve
        })
      },
      finish: () => Promise.reject(new Error('not complete')),
      close: () => undefined,
    }
    const part = await Part.create({ ...context, frontier: { open: () => slow } }, storePath, upload)
    let isHeld = true
    const writing = write(part, Buffer.alloc(100)).then(() => {
      isHeld = false
    })
    await expect.poll(() => waits).toEqual([HASH_LAG_MAX])
    expect([isHeld, part.offset]).toEqual([true, 100])
    letGo()
    await writing
    expect(isHeld).toBe(false)
  })

  it('tells how far its hash is while it is finished', async () => {
    let hashed = 0
    let finish: () => void = () => expect.fail('nobody finishes')
    const slow: HashJob = {
      get hashed() {
        return hashed
      },
      advance: () => undefined,
      below: () => Promise.resolve(),
      finish: () =>
        new Promise((resolve) => {
          finish = () => resolve({ sha256: '', head: '', prefixCrc32: 0 })
        }),
      close: () => undefined,
    }
    const part = await Part.create({ ...context, frontier: { open: () => slow } }, storePath, upload)
    await write(part, Buffer.alloc(upload.len))
    const hashing = part.hashes()
    hashed = 400_000
    expect(part.hash.hashed).toBe(400_000)
    finish()
    await hashing
  })

  it('of an upload that is to be joined is not hashed', async () => {
    const opened: string[] = []
    const open = (path: string, crcEnd: number) => {
      opened.push(path)
      return frontier.open(path, crcEnd)
    }
    const watched = { ...context, frontier: { open } }
    const part = await Part.create(watched, storePath, { ...upload, concat: 'partial' })
    await write(part, Buffer.alloc(upload.len))
    expect([part.isComplete, part.becomesFile, opened]).toEqual([true, false, []])
  })

  it('whose bytes could not be synced once is never safe again in this process', async () => {
    const outcomes: Array<Error | undefined> = [undefined, new Error('the disk failed'), undefined]
    const sync: GroupSync = {
      ...createGroupSync(),
      add: ({ file }, done) => done(file === undefined ? undefined : outcomes.shift()),
    }
    const part = await Part.create({ ...context, sync }, storePath, upload)
    await write(part, randomBytes(1000))
    await part.sync()
    await part.becomeSparse()
    part.ahead.open(1000, 500, { prefix: 1000, len: upload.len })
    await part.segmentGrew(1000, 500, crc32(randomBytes(500)))
    await expect(part.sync()).rejects.toThrow('the disk failed')
    await expect(part.sync()).rejects.toThrow('the disk failed')
    await expect(part.syncBytes()).rejects.toThrow('the disk failed')
    await expect(part.becomeSparse()).rejects.toThrow('the disk failed')
    expect(part.prefix).toBe(1000)
  })

  it('is as safe as it says when the new name of its record is on the disk, too', async () => {
    const real = createGroupSync()
    const durableAtFolderSync: unknown[] = []
    const add: GroupSync['add'] = (item, done) => {
      if (item.folder !== undefined) {
        expect(readdirSync(item.folder).sort()).toEqual([`${upload.upl}.json`, `${upload.upl}.part`])
        durableAtFolderSync.push(JSON.parse(readFileSync(part.paths.sidecar, 'utf8')).offsetDurable)
      }
      real.add(item, done)
    }
    await Part.create(context, storePath, upload)
    context = { ...context, sync: { ...real, add } }
    const part = reopen()
    await write(part, randomBytes(300))
    await part.sync()
    await write(part, randomBytes(400))
    await part.sync()
    expect(durableAtFolderSync).toEqual([300, 700])
  })

  it('syncs again what was written in the place of bytes that were taken back', async () => {
    const real = createGroupSync()
    const synced: number[] = []
    const add: GroupSync['add'] = (item, done) => {
      if (item.file !== undefined) synced.push(part.offset)
      real.add(item, done)
    }
    const part = await Part.create({ ...context, sync: { ...real, add } }, storePath, upload)
    await write(part, randomBytes(200))
    const { mark } = part
    await write(part, randomBytes(800))
    await part.sync()
    await part.rollback(mark)
    await write(part, randomBytes(300))
    await part.sync()
    expect(synced).toEqual([1000, 500])
  })

  it('that has more bytes than its content is cut to it when it is taken up', async () => {
    const { paths } = await Part.create(context, storePath, upload)
    writeFileSync(paths.part, Buffer.alloc(upload.len + 1))
    const part = reopen()
    expect([part.offset, part.isComplete, statSync(paths.part).size]).toEqual([upload.len, true, upload.len])
  })

  it('tries its hash anew after a failure', async () => {
    const content = randomBytes(upload.len)
    const part = await Part.create(context, storePath, upload)
    await write(part, content)
    await frontier.close()
    await expect(part.hashes()).rejects.toThrow('hashing was stopped')
    expect((await part.hashes()).crc32).toBe(crc32(content))
  })
})
