import { encodeFileName } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import { parseLine } from './binlog.ts'
import { divide, lotBytes } from './sync-lots.ts'
import type { Slot } from './sync-plan.ts'

const KIB = 1024

function nameOf(size: number, kind: 'normal' | 'appender' = 'normal'): string {
  const source = { kind: 'id', id: 100001 } as const
  const facts = { source, timestamp: 1_795_240_000, size, crc32: 1, random23: 1, kind, ext: 'bin', digits: 1 }
  return `M00/00/00/${encodeFileName(facts)}`
}

describe('which records may go together with others', () => {
  const bytesOf = (line: string) => {
    const record = parseLine(line)
    if (record === null) throw new Error(line)
    return lotBytes(record)
  }

  it('new files of up to 64 KiB, those received from others, too', () => {
    expect(bytesOf(`1 C ${nameOf(0)}`)).toBe(0)
    expect(bytesOf(`1 c ${nameOf(64 * KIB)}`)).toBe(64 * KIB)
  })

  it('new metadata, which gets room for some words', () => {
    expect(bytesOf(`1 C ${nameOf(10, 'appender')}-m`)).toBe(2 * KIB)
  })

  it.each([
    ['a larger file', `1 C ${nameOf(64 * KIB + 1)}`],
    ['a file that can grow', `1 C ${nameOf(10, 'appender')}`],
    ['a slave file', `1 C ${nameOf(10).replace('.bin', '_150x150.bin')}`],
    ['changed metadata', `1 U ${nameOf(10)}-m`],
    ['an update', `1 U ${nameOf(10)}`],
    ['a deletion', `1 D ${nameOf(10)}`],
    ['a link', `1 L ${nameOf(10)} ${nameOf(11)}`],
    ['a name that no storage drew', '1 C M00/00/00/a'],
  ])('not %s', (_what, line) => {
    expect(bytesOf(line)).toBeNull()
  })
})

describe('how records are divided into requests', () => {
  const record = { timestamp: 1, op: 'C', name: nameOf(10), extra: '' } as const
  const slots = (...bytes: Array<number | null>): Array<Slot<number>> =>
    bytes.map((size, end) => ({ record, end, lotBytes: size }))
  const divided = (free: Array<Slot<number>>, lotsUnderWay = 0) =>
    divide(free, lotsUnderWay).map((request) => request.map(({ end }) => end))

  it('small files together, everything else alone, by the age of the oldest', () => {
    expect(divided(slots(10, null, 20, null, 30))).toEqual([[0, 2, 4], [1], [3]])
  })

  it('a lot that is not full waits while another is under way; nothing else does', () => {
    expect(divided(slots(10, null, 20), 1)).toEqual([[1]])
  })

  it('a full lot does not wait, and what is left behind it does', () => {
    const full = Array.from({ length: 130 }, () => 10)
    expect(divided(slots(...full), 1).map((request) => request.length)).toEqual([128])
    expect(divided(slots(...full)).map((request) => request.length)).toEqual([128])
  })

  it('no lot has more than 1 MiB', () => {
    const large = slots(...Array.from({ length: 40 }, () => 64 * KIB))
    expect(divided(large).map((request) => request.length)).toEqual([16, 16])
    expect(divided(large, 3).map((request) => request.length)).toEqual([16, 16])
  })
})
