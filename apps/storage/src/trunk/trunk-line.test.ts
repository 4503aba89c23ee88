import { readFileSync } from 'node:fs'
import type { TrunkSlot } from '@cairn/dfs-core'
import { describe, expect, it } from 'vitest'
import { slotOfName } from './slot-name.ts'
import { createReplay, formatTrunkRecord, parseSnapshotLine, parseTrunkLine, TrunkLineError } from './trunk-line.ts'

const MIB = 1024 * 1024
const fromC = (name: string) =>
  readFileSync(new URL(`../../testdata/trunk/${name}`, import.meta.url), 'latin1')
    .split('\n')
    .filter((line) => line !== '')

function freeAfter(lines: readonly string[]): TrunkSlot[] {
  const replay = createReplay()
  for (const line of lines) replay.apply(parseTrunkLine(line))
  expect(replay.oddities).toBe(0)
  return replay.newestFirst()
}

/** The slots of the files that a log of a storage leaves alive. */
function usedAfter(lines: readonly string[]): TrunkSlot[] {
  const names = new Map<string, TrunkSlot>()
  for (const line of lines) {
    const [, op = '', name = ''] = line.split(' ')
    const slot = slotOfName(name)?.slot
    if (slot === undefined) continue
    if ('Cc'.includes(op)) names.set(name, slot)
    if ('Dd'.includes(op)) names.delete(name)
  }
  return [...names.values()]
}

describe('the trunk binlog of FastDFS', () => {
  it.each(['early-binlog', 'binlog'])('%s comes out of its records byte for byte', (name) => {
    const lines = fromC(name)
    expect(lines.length).toBeGreaterThan(50)
    expect(lines.map((line) => formatTrunkRecord(parseTrunkLine(line)))).toEqual(lines.map((line) => `${line}\n`))
  })

  it.each([
    ['early-binlog', 'early-sync-binlog.000', 0],
    // FastDFS itself lost one slot when the trunk server changed.
    ['binlog', 'sync-binlog.000', 256],
  ])('%s leaves free what no living file of %s uses, but for %i bytes', (trunkLog, log, lost) => {
    const used = usedAfter(fromC(log))
    expect(used.length).toBeGreaterThan(5)
    const all = [...freeAfter(fromC(trunkLog)), ...used].sort((a, b) => a.offset - b.offset)
    let end = 0
    let gaps = 0
    for (const slot of all) {
      expect(slot.offset).toBeGreaterThanOrEqual(end)
      gaps += slot.offset - end
      end = slot.offset + slot.size
    }
    expect(end).toBe(64 * MIB)
    expect(gaps).toBe(lost)
  })
})

describe('a line', () => {
  it.each([
    '',
    '1 A 0 0 0 1 0',
    '1 B 0 0 0 1 0 256',
    '1 A 256 0 0 1 0 256',
    '1 A 0 0 0 1 2147483647 1',
    '1 A 0 0 0 1 0 0',
    'x A 0 0 0 1 0 1',
  ])('%j is refused', (line) => {
    expect(() => parseTrunkLine(line)).toThrow(TrunkLineError)
  })

  it('of an old snapshot has no time', () => {
    const slot = { storePathIndex: 1, high: 2, low: 3, trunkFileId: 4, offset: 5, size: 6 }
    expect(parseSnapshotLine('1 2 3 4 5 6')).toEqual(slot)
    expect(parseSnapshotLine('99 A 1 2 3 4 5 6')).toEqual(slot)
    expect(() => parseSnapshotLine('99 D 1 2 3 4 5 6')).toThrow(TrunkLineError)
  })
})

describe('a log with a line missing', () => {
  it('believes the later of two blocks that overlap', () => {
    const replay = createReplay()
    replay.apply(parseTrunkLine('1 A 0 0 0 1 0 1024'))
    replay.apply(parseTrunkLine('1 A 0 0 0 1 256 256'))
    expect(replay.newestFirst().map(({ offset }) => offset)).toEqual([256, 0])
  })

  it('takes for used what it is not sure of', () => {
    const replay = createReplay()
    replay.apply(parseTrunkLine('1 A 0 0 0 1 0 1024'))
    replay.apply(parseTrunkLine('1 D 0 0 0 1 0 256'))
    expect(replay.newestFirst()).toEqual([])
    expect(replay.oddities).toBe(1)
  })
})
