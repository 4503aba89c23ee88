import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HashFrontier } from './hash-frontier.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const KIB = 1024
let folder: string
let path: string
let frontier: HashFrontier

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-hash-'))
  path = join(folder, 'file')
  frontier = new HashFrontier()
})

afterEach(async () => {
  await frontier.close()
  rmSync(folder, { recursive: true })
})

describe('HashFrontier', () => {
  it.each([1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 5 * KIB * KIB + 17])(
    'hashes a file of %i bytes, its head and its prefix',
    async (size) => {
      const content = randomBytes(size)
      const crcEnd = Math.floor(size / 3)
      writeFileSync(path, content)
      const job = frontier.open(path, crcEnd)
      expect(await job.finish(size)).toMatchObject({
        sha256: sha256(content),
        head: sha256(content.subarray(0, 64 * KIB)),
        prefixCrc32: crc32(content.subarray(0, crcEnd)),
      })
    },
  )

  it('follows a file that grows and tells how far it is', async () => {
    const pieces = Array.from({ length: 9 }, () => randomBytes(777_777))
    writeFileSync(path, '')
    const job = frontier.open(path, 0)
    let size = 0
    for (const piece of pieces) {
      appendFileSync(path, piece)
      size += piece.length
      job.advance(size)
    }
    await job.below(0)
    expect(job.hashed).toBe(size)
    expect((await job.finish(size)).sha256).toBe(sha256(Buffer.concat(pieces)))
  })

  it('never reads beyond what was announced', async () => {
    writeFileSync(path, 'announced, not announced')
    const job = frontier.open(path, 0)
    job.advance(9)
    await job.below(0)
    expect(job.hashed).toBe(9)
    expect((await job.finish(9)).sha256).toBe(sha256(Buffer.from('announced')))
  })

  it.each([1, 3])('serves several files at once, with %i threads', async (threads) => {
    await frontier.close()
    frontier = new HashFrontier(threads)
    const contents = Array.from({ length: 8 }, (_, index) => randomBytes(300_000 * (index + 1)))
    const hashes = contents.map((content, index) => {
      writeFileSync(`${path}${index}`, content)
      return frontier.open(`${path}${index}`, 0).finish(content.length)
    })
    expect((await Promise.all(hashes)).map((hash) => hash.sha256)).toEqual(contents.map(sha256))
  })

  it('fails when the file is missing or shorter than announced, and goes on with others', async () => {
    await expect(frontier.open(join(folder, 'none'), 0).finish(1)).rejects.toThrow('ENOENT')
    writeFileSync(path, 'abc')
    truncateSync(path, 2)
    await expect(frontier.open(path, 0).finish(3)).rejects.toThrow('the file ends at 2')
    expect((await frontier.open(path, 0).finish(2)).sha256).toBe(sha256(Buffer.from('ab')))
  })

  it('close() of a job rejects who waits for it', async () => {
    writeFileSync(path, 'abc')
    const job = frontier.open(path, 0)
    const waiting = job.finish(4)
    job.close()
    await expect(waiting).rejects.toThrow('given up')
  })
})
