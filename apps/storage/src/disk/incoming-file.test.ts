import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { DiskLane } from '@cairn/dfs-core/disk'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { allocateLanes, openLane } from './disk-lanes.ts'
import { IncomingFile } from './incoming-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'incoming-'))
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Bytes that differ at every place where pieces could be mixed up. */
function bytesFrom(seed: number, size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8) + seed) & 255))
}

async function received(file: IncomingFile) {
  await file.finish()
  const stored = readFileSync(file.path)
  return { stored, size: file.size, crc32: file.crc32 }
}

function setPace(lane: DiskLane, isSlow: boolean): void {
  if (isSlow) lane.tookSince(performance.now() - 1000)
  while (!isSlow && lane.isSlow) lane.tookSince(performance.now())
}

describe('a body on its way to disk', () => {
  it('is on the disk byte by byte, with its size and CRC-32, however its chunks are cut and the disk is', async () => {
    const size = fc.oneof(fc.nat(70), fc.nat(70_000), fc.constantFrom(65_536, 131_072, 300_000))
    const arriving = fc.array(fc.record({ size, isSlow: fc.boolean() }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(arriving, fc.boolean(), async (pieces, endsSlow) => {
        const lane = openLane(allocateLanes(2, 1), 0, 0)
        setPace(lane, pieces[0]?.isSlow === true)
        const file = new IncomingFile(join(folder, 'chunks'), lane)
        const chunks = pieces.map((piece, at) => bytesFrom(at, piece.size))
        for (const [at, chunk] of chunks.entries()) {
          setPace(lane, pieces[at]?.isSlow === true)
          const passing = Buffer.from(chunk)
          const written = file.write(passing)
          // Whoever reads the next bytes may use the same memory.
          passing.fill(0)
          await written
        }
        setPace(lane, endsSlow)
        const whole = Buffer.concat(chunks)
        const { stored, ...facts } = await received(file)
        setPace(lane, false)
        file.discard()
        expect(facts).toEqual({ size: whole.length, crc32: crc32(whole) })
        expect(stored.equals(whole)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('that is given up while the thread pool writes leaves nothing', async () => {
    const lane = openLane(allocateLanes(2, 1), 0, 0)
    setPace(lane, true)
    const file = new IncomingFile(join(folder, 'given-up'), lane)
    const written = file.write(bytesFrom(1, 300_000))
    file.discard()
    await written
    while (readdirSync(folder).length > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  it('is not mixed with others that arrive meanwhile, however many they are', async () => {
    const files = Array.from({ length: 40 }, (_, n) => new IncomingFile(join(folder, `file-${n}`)))
    const bodies = files.map((_, n) => bytesFrom(n, 200_000 + n))
    for (let at = 0; at < 201_000; at += 50_000) {
      for (const [n, file] of files.entries()) await file.write((bodies[n] as Buffer).subarray(at, at + 50_000))
    }
    for (const [n, file] of files.entries()) {
      const { stored, size } = await received(file)
      expect([size, stored.equals(bodies[n] as Buffer)]).toEqual([200_000 + n, true])
    }
  })

  it('leaves nothing when it is given up, and the next one nothing of it', async () => {
    const givenUp = new IncomingFile(join(folder, 'given-up'))
    await givenUp.write(bytesFrom(1, 1000))
    givenUp.discard()
    givenUp.discard()
    expect(readdirSync(folder)).toEqual([])
    const next = new IncomingFile(join(folder, 'next'))
    await next.write(bytesFrom(2, 10))
    expect((await received(next)).stored.equals(bytesFrom(2, 10))).toBe(true)
  })
})
