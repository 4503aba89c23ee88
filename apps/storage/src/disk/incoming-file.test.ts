import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
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

function received(file: IncomingFile) {
  file.finish()
  const stored = readFileSync(file.path)
  return { stored, size: file.size, crc32: file.crc32 }
}

describe('a body on its way to disk', () => {
  it('is on the disk byte by byte, with its size and CRC-32, however its chunks are cut', () => {
    const chunkSizes = fc.array(fc.oneof(fc.nat(70), fc.nat(70_000), fc.constantFrom(65_536, 131_072, 300_000)), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(chunkSizes, (sizes) => {
        const file = new IncomingFile(join(folder, 'chunks'))
        const chunks = sizes.map((size, at) => bytesFrom(at, size))
        for (const chunk of chunks) {
          const passing = Buffer.from(chunk)
          file.write(passing)
          // Whoever reads the next bytes may use the same memory.
          passing.fill(0)
        }
        const whole = Buffer.concat(chunks)
        const { stored, ...facts } = received(file)
        file.discard()
        expect(facts).toEqual({ size: whole.length, crc32: crc32(whole) })
        expect(stored.equals(whole)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('is not mixed with others that arrive meanwhile, however many they are', () => {
    const files = Array.from({ length: 40 }, (_, n) => new IncomingFile(join(folder, `file-${n}`)))
    const bodies = files.map((_, n) => bytesFrom(n, 200_000 + n))
    for (let at = 0; at < 201_000; at += 50_000) {
      for (const [n, file] of files.entries()) file.write((bodies[n] as Buffer).subarray(at, at + 50_000))
    }
    for (const [n, file] of files.entries()) {
      const { stored, size } = received(file)
      expect([size, stored.equals(bodies[n] as Buffer)]).toEqual([200_000 + n, true])
    }
  })

  it('leaves nothing when it is given up, and the next one nothing of it', () => {
    const givenUp = new IncomingFile(join(folder, 'given-up'))
    givenUp.write(bytesFrom(1, 1000))
    givenUp.discard()
    givenUp.discard()
    expect(readdirSync(folder)).toEqual([])
    const next = new IncomingFile(join(folder, 'next'))
    next.write(bytesFrom(2, 10))
    expect(received(next).stored.equals(bytesFrom(2, 10))).toBe(true)
  })
})
