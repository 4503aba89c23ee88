import { describe, expect, it } from 'vitest'
import { type BinlogRecord, parseLine } from './binlog.ts'
import { createSyncWindow, isBeforeOwnPart, isWanted, type Slot, type SyncWindow } from './sync-plan.ts'

function record(line: string): BinlogRecord {
  const parsed = parseLine(line)
  if (parsed === null) throw new Error(line)
  return parsed
}

/** Fills a window with these lines; the place behind line i is i + 1. */
function filled(...lines: string[]): SyncWindow<number> {
  const window = createSyncWindow<number>(100)
  for (const [i, line] of lines.entries()) window.add(record(line), i + 1, null)
  return window
}

const takeAll = (window: SyncWindow<number>) => {
  const taken = window.free()
  for (const slot of taken) window.start(slot)
  return taken
}

/** The oldest that may be sent, which is under way from now on. */
const take = (window: SyncWindow<number>): Slot<number> | undefined => {
  const [slot] = window.free()
  if (slot !== undefined) window.start(slot)
  return slot
}

describe('the window of records under way', () => {
  it('lets records of different files go at once', () => {
    const window = filled('1 C M00/00/00/a', '1 C M00/00/00/b', '1 C M00/00/00/c')
    expect(takeAll(window).map((slot) => slot.end)).toEqual([1, 2, 3])
  })

  it.each([
    ['two appends', '1 A M00/00/00/a 0 5', '1 A M00/00/00/a 5 5'],
    ['a file and its metadata', '1 C M00/00/00/a', '1 C M00/00/00/a-m'],
    ['a rename and a change of the old name', '1 A M00/00/00/old 0 5', '1 R M00/00/00/new M00/00/00/old'],
    ['a rename and a change of the new name', '1 R M00/00/00/new M00/00/00/old', '1 D M00/00/00/new'],
    ['a create and a delete', '1 C M00/00/00/a', '2 D M00/00/00/a'],
  ])('keeps the order of %s', (_what, first, second) => {
    const window = filled(first, second)
    const [slot, ...others] = takeAll(window)
    expect(others).toEqual([])
    expect(slot?.end).toBe(1)
    window.delivered(slot!)
    expect(take(window)?.end).toBe(2)
  })

  it('takes a failed record again, and not the next of its file before it', () => {
    const window = filled('1 A M00/00/00/a 0 5', '1 A M00/00/00/a 5 5', '1 C M00/00/00/b')
    const [first, other] = takeAll(window)
    window.failed(first!)
    expect(take(window)).toBe(first)
    expect(take(window)).toBeUndefined()
    window.delivered(other!)
    expect(window.front).toBeNull()
  })

  it('lets a small file that failed among others go alone', () => {
    const window = createSyncWindow<number>(100)
    window.add(record('1 C M00/00/00/a'), 1, 500)
    const slot = take(window)
    expect(slot?.lotBytes).toBe(500)
    window.failed(slot!)
    expect(window.free().map(({ lotBytes }) => lotBytes)).toEqual([null])
  })

  it('moves its front only over what has arrived without a gap', () => {
    const window = filled('5 C M00/00/00/a', '6 C M00/00/00/b', '7 C M00/00/00/c')
    const [a, b, c] = takeAll(window)
    window.delivered(b!)
    expect(window.front).toBeNull()
    window.delivered(a!)
    expect(window.front).toEqual({ end: 2, timestamp: 6 })
    window.delivered(c!)
    expect(window.front).toEqual({ end: 3, timestamp: 7 })
    expect(window.isEmpty).toBe(true)
  })

  it('moves over lines that need no sending, at the end and behind what is under way', () => {
    const window = filled('5 C M00/00/00/a')
    window.pass(20)
    window.pass(30)
    const slot = take(window)
    expect(window.front).toBeNull()
    window.delivered(slot!)
    expect(window.front).toEqual({ end: 30, timestamp: 5 })
    window.pass(40)
    expect(window.front?.end).toBe(40)
  })

  it('gives the telling connection only the first of all records', () => {
    const window = filled('1 C M00/00/00/a', '1 C M00/00/00/b')
    const first = window.first()
    expect(first?.end).toBe(1)
    window.start(first!)
    expect(window.first()).toBeNull()
    const second = take(window)
    expect(second?.end).toBe(2)
    window.delivered(second!)
    window.delivered(first!)
    expect(window.first()).toBeNull()
  })

  it('is full at its capacity', () => {
    const window = createSyncWindow<number>(2)
    window.add(record('1 C M00/00/00/a'), 1, null)
    expect(window.isFull).toBe(false)
    window.add(record('1 C M00/00/00/b'), 2, null)
    expect(window.isFull).toBe(true)
  })
})

describe('which records a peer gets', () => {
  const own = { needSyncOld: false, syncOldDone: false, untilTimestamp: 0 }
  const history = { needSyncOld: true, syncOldDone: false, untilTimestamp: 100 }

  it.each(['C', 'D', 'U', 'T', 'A', 'M', 'R', 'L'])('what happened here (%s) always', (op) => {
    const extra = { T: ' 1 2', A: ' 1 2', M: ' 1 2', R: ' M00/00/00/b', L: ' M00/00/00/b' }[op] ?? ''
    expect(isWanted(record(`50 ${op} M00/00/00/a${extra}`), own)).toBe(true)
  })

  it('what was received only as history, up to its end', () => {
    expect(isWanted(record('50 c M00/00/00/a'), own)).toBe(false)
    expect(isWanted(record('100 c M00/00/00/a'), history)).toBe(true)
    expect(isWanted(record('101 c M00/00/00/a'), history)).toBe(false)
    expect(isWanted(record('50 c M00/00/00/a'), { ...history, syncOldDone: true })).toBe(false)
  })

  it.each(['a', 'm', 't'])('received changes (%s) never: the whole file went with its create', (op) => {
    expect(isWanted(record(`50 ${op} M00/00/00/a 1 2`), history)).toBe(false)
  })

  it('a member that is not the source of the history starts at its end', () => {
    const scope = { needSyncOld: false, syncOldDone: false, untilTimestamp: 100 }
    expect(isBeforeOwnPart(record('99 C M00/00/00/a'), scope)).toBe(true)
    expect(isBeforeOwnPart(record('100 C M00/00/00/a'), scope)).toBe(false)
    expect(isBeforeOwnPart(record('5 C M00/00/00/a'), history)).toBe(false)
  })
})
