import { describe, expect, it } from 'vitest'
import { choosePath, createDirectoryCursor, hashDirectory, hasRoom, type PathSpace } from './allocate.ts'

const MIB = 1024 * 1024
const space = (index: number, freeMb: number, totalMb = 1000, readonly = false): PathSpace => ({
  index,
  totalBytes: totalMb * MIB,
  freeBytes: freeMb * MIB,
  readonly,
})

describe('the directory cursor', () => {
  it('stays for so many files, then takes the next low, then the next high directory, then starts again', () => {
    const cursor = createDirectoryCursor({ high: 0, low: 0, count: 0 }, 2, 3)
    const taken = Array.from({ length: 14 }, () => cursor.next()).map(({ high, low }) => `${high}/${low}`)
    expect(taken.join(' ')).toBe('0/0 0/0 0/0 0/1 0/1 0/1 1/0 1/0 1/0 1/1 1/1 1/1 0/0 0/0')
  })

  it('goes on where it was saved', () => {
    const first = createDirectoryCursor({ high: 0, low: 0, count: 0 }, 256, 100)
    for (let i = 0; i < 150; i += 1) first.next()
    expect(first.state()).toEqual({ high: 0, low: 1, count: 50 })
    expect(createDirectoryCursor(first.state(), 256, 100).next()).toEqual({ high: 0, low: 1 })
  })

  it('of a larger tree starts at 00 in a smaller one', () => {
    expect(createDirectoryCursor({ high: 200, low: 7, count: 0 }, 16, 100).next()).toEqual({ high: 0, low: 7 })
  })
})

describe('directories by hash', () => {
  it('are those of the C library, whose right shift keeps the sign', () => {
    // client protocol §5.7: hash 59267409, directory 59/51
    expect(hashDirectory('wAACAmsBFO2AHdmyAAAABjY6MCA', 256)).toEqual({ high: 0x59, low: 0x51 })
  })

  it('stay inside the tree', () => {
    expect(hashDirectory('wAACAmsBFO2AHdmyAAAABjY6MCA', 16)).toEqual({ high: 0x59 % 16, low: 0x51 % 16 })
  })
})

describe('the reserve', () => {
  const bytes = { kind: 'bytes', bytes: 100 * MIB } as const
  const ratio = { kind: 'ratio', ratio: 0.2 } as const

  it('must still be there after the file, and one megabyte more', () => {
    expect(hasRoom(space(0, 101), 0, bytes, 1)).toBe(true)
    expect(hasRoom(space(0, 100), 0, bytes, 1)).toBe(false)
    expect(hasRoom(space(0, 150), 49 * MIB, bytes, 1)).toBe(true)
    expect(hasRoom(space(0, 150), 50 * MIB, bytes, 1)).toBe(false)
  })

  it('in bytes is shared by the store paths', () => {
    expect(hasRoom(space(0, 51), 0, bytes, 2)).toBe(true)
    expect(hasRoom(space(0, 50), 0, bytes, 2)).toBe(false)
  })

  it('as a ratio counts for each path', () => {
    expect(hasRoom(space(0, 201), 0, ratio, 2)).toBe(true)
    expect(hasRoom(space(0, 200), 0, ratio, 2)).toBe(false)
    expect(hasRoom(space(0, 0, 0), 0, ratio, 1)).toBe(false)
  })

  it('decides which path a file goes to', () => {
    const reserve = { kind: 'bytes', bytes: 30 * MIB } as const
    const spaces = [space(0, 500), space(1, 5), space(2, 900), space(3, 1000, 1000, true)]
    const robin = (start: number) => choosePath(spaces, 0, reserve, { mode: 'round-robin', start })?.index
    expect([0, 1, 2, 3].map(robin)).toEqual([0, 2, 2, 0])
    expect(choosePath(spaces, 0, reserve, { mode: 'most-free', start: 0 })?.index).toBe(2)
    expect(choosePath(spaces, 950 * MIB, reserve, { mode: 'round-robin', start: 0 })).toBeNull()
  })
})
