import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BinlogRecord } from '../engine/binlog.ts'
import { DAMAGED_HERE, openQuarantine } from './quarantine.ts'

const PEER = '100002'
const COUNT = 250
/** Behind every time that is written here. */
const LATER = Date.now() / 1000 + 3600

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-quarantine-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, `${PEER}.quarantine`)
const nameOf = (n: number) => `M00/00/00/${String(n).padStart(3, '0')}`
const recordOf = (n: number): BinlogRecord => ({ timestamp: 1_700_000_000 + n, op: 'C', name: nameOf(n), extra: '' })

/** As a file that was written an hour ago. */
function openWithMany() {
  const lines = Array.from({ length: COUNT }, (_, n) => `${1_700_000_000 + n} C ${nameOf(n)} # 1700003600 refused\n`)
  writeFileSync(path(), lines.join(''))
  return openQuarantine(folder, PEER)
}

it('of very many records some are due at a time, those that were tried longest ago first', () => {
  const quarantine = openWithMany()
  const tried: string[] = []
  for (let round = 0; round < 3; round += 1) {
    const due = quarantine.due(LATER)
    expect(due.length).toBe(100)
    for (const { record, postpone } of due) {
      tried.push(record.name)
      postpone('refused again')
    }
  }
  const inOrder = Array.from({ length: COUNT }, (_, n) => nameOf(n))
  expect(tried).toEqual([...inOrder, ...inOrder.slice(0, 50)])
  expect(quarantine.count).toBe(COUNT)
})

it('what was told is in the file when it is saved, and what was not is tried again after a crash', () => {
  const quarantine = openWithMany()
  const [first, second] = quarantine.due(LATER)
  first?.resolve()
  second?.postpone('no space\nat all')
  expect(openQuarantine(folder, PEER).count).toBe(COUNT)
  quarantine.save()
  const again = openQuarantine(folder, PEER)
  expect(again.count).toBe(COUNT - 1)
  expect(again.newest(1)).toMatchObject([{ name: nameOf(1), op: 'C', reason: 'no space at all' }])
  expect(again.due(LATER).map(({ record }) => record.name)).not.toContain(nameOf(0))
  expect(readFileSync(path(), 'latin1').split('\n').length - 1).toBe(COUNT - 1)
})

it('knows the oldest change that the peer could get, as changes come and go', () => {
  const quarantine = openQuarantine(folder, PEER)
  expect(quarantine.missingSince).toBe(null)
  quarantine.add(recordOf(5), 'refused')
  quarantine.add(recordOf(3), 'refused')
  quarantine.add(recordOf(1), `${DAMAGED_HERE}not what its name says`)
  quarantine.add('binlog.000 at offset 7: not a record', `${DAMAGED_HERE}a line of the log`)
  expect(quarantine.missingSince).toBe(1_700_000_003)
  const ofThree = quarantine.newest(10).find(({ name }) => name === nameOf(3))
  expect(quarantine.settle('dismiss', [ofThree?.id ?? ''])).toEqual([ofThree?.id])
  expect(quarantine.missingSince).toBe(1_700_000_005)
  expect(openQuarantine(folder, PEER).missingSince).toBe(1_700_000_005)
  for (const { resolve } of quarantine.due(LATER)) resolve()
  expect(quarantine.missingSince).toBe(null)
  expect(quarantine.count).toBe(1)
})

it('a change is tried again when it has waited as long once more: soon at first, and then once a minute', () => {
  const change = 1_700_000_000
  const pauseOf = (waited: number) => {
    writeFileSync(path(), `${change} C ${nameOf(0)} # ${change + waited} refused\n`)
    const quarantine = openQuarantine(folder, PEER)
    const pauses = Array.from({ length: 100 }, (_, pause) => pause)
    return pauses.find((pause) => quarantine.due(change + waited + pause).length === 1)
  }
  expect([0, 2, 7, 40, 61, 1_000_000].map(pauseOf)).toEqual([5, 5, 7, 40, 60, 60])
})

it('what somebody wants to be tried at once is due before its time', () => {
  const quarantine = openQuarantine(folder, PEER)
  quarantine.add(recordOf(1), 'refused')
  quarantine.add(recordOf(2), 'refused')
  expect(quarantine.due(0)).toEqual([])
  const [newest] = quarantine.newest(1)
  quarantine.settle('retry', [newest?.id ?? ''])
  expect(quarantine.due(0).map(({ record }) => record.name)).toEqual([nameOf(2)])
})
