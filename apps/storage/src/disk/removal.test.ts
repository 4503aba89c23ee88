import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Removal } from './removal.ts'

const KIB = 1024

let folder: string
/** Milliseconds that the next removals take. */
let takes: number
let removal: Removal

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-removal-'))
  takes = 0.02
  let now = 0
  let running = false
  removal = new Removal({
    now() {
      if (running) now += takes
      running = !running
      return now
    },
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** How a removal went: whether it was over when the call returned, and its error. */
interface Outcome {
  readonly atOnce: boolean
  readonly error: Error | undefined
}

async function remove(size = 4 * KIB, name = 'file', isThere = true): Promise<Outcome> {
  const path = join(folder, name)
  if (isThere) writeFileSync(path, 'content')
  let returned = false
  const outcome = new Promise<Outcome>((resolve) => {
    removal.remove(path, size, (error) => resolve({ atOnce: !returned, error }))
  })
  returned = true
  const ended = await outcome
  expect(existsSync(path)).toBe(false)
  return ended
}

async function removedAtOnce(count: number, ms: number): Promise<number> {
  takes = ms
  let atOnce = 0
  for (let i = 0; i < count; i += 1) atOnce += (await remove()).atOnce ? 1 : 0
  return atOnce
}

describe('a file that is removed', () => {
  it('is gone at once when it is small, and later when it is large', async () => {
    expect(await remove(256 * KIB)).toEqual({ atOnce: true, error: undefined })
    expect(await remove(256 * KIB + 1)).toEqual({ atOnce: false, error: undefined })
  })

  it('that is not there is told, either way', async () => {
    for (const size of [4 * KIB, 1024 * KIB]) {
      expect((await remove(size, 'missing', false)).error).toMatchObject({ code: 'ENOENT' })
    }
  })

  it('holds nobody up when the ones before were slow; one in many is tried, until the disk is quick again', async () => {
    expect(await removedAtOnce(3, 1.5)).toBe(3)
    expect(await removedAtOnce(256, 1.5)).toBe(0)
    expect(await removedAtOnce(257, 1.5)).toBe(1)
    expect(await removedAtOnce(10, 0.02)).toBe(10)
  })

  it('goes at once although another one was slow now and then', async () => {
    for (let i = 0; i < 20; i += 1) {
      expect(await removedAtOnce(2, 5)).toBe(2)
      expect(await removedAtOnce(1, 0.02)).toBe(1)
    }
  })
})
