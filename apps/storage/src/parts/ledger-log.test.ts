import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { allocateLanes, openLane } from '../disk/disk-lanes.ts'
import { LedgerLog } from './ledger-log.ts'

let folder: string
let lane: DiskLane
let log: LedgerLog
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-ledger-'))
  lane = openLane(allocateLanes(2, 1), 0, 0)
  log = new LedgerLog(join(folder, 'uploads.log'), lane)
})
afterEach(async () => {
  await log.settled()
  if (log.fd >= 0) log.close()
  rmSync(folder, { recursive: true })
})

function makeSlow(): void {
  lane.tookSince(performance.now() - 1000)
}

function makeQuick(): void {
  while (lane.isSlow) lane.tookSince(performance.now())
}

it('lines follow each other, and each is told where it begins, whichever way they go', async () => {
  const begins: number[] = []
  const append = (n: number) => log.append(`line ${n}\n`, (offset) => begins.push(offset))
  makeSlow()
  const waiting = [append(0), append(1)]
  // The disk is quick again, and lines are still under way.
  makeQuick()
  waiting.push(append(2))
  expect(() => log.appendNow('too early\n', () => undefined)).toThrow('is being written')
  await Promise.all(waiting)
  await log.settled()
  makeQuick()
  expect(append(3)).toBe(undefined)
  expect(begins).toEqual([0, 7, 14, 21])
  expect(readFileSync(log.path, 'latin1')).toBe('line 0\nline 1\nline 2\nline 3\n')
  expect([21, 7].map((offset) => log.lineAt(offset))).toEqual(['line 3', 'line 1'])
})

it('a line that was written long ago is read, and a torn one is none', () => {
  for (let n = 100; n < 300; n += 1) log.appendNow(`line ${n}\n`, () => undefined)
  log.appendNow('torn', () => undefined)
  for (let n = 100; n < 300; n += 1) log.appendNow(`line ${n}\n`, () => undefined)
  expect([log.lineAt(9 * 3), log.lineAt(9 * 199)]).toEqual(['line 103', 'line 299'])
  log.moveTo(log.fd, 0)
  expect(log.lineAt(log.size - 9)).toBe('line 299')
  expect(log.lineAt(log.size - 8 + 9)).toBe(null)
})

it('a line that cannot be written holds up none behind it', async () => {
  makeSlow()
  const { fd } = log
  // Of no file.
  log.fd = 1_000_000
  const failing = log.append('lost\n', () => undefined)
  await expect(failing).rejects.toMatchObject({ code: 'EBADF' })
  log.fd = fd
  await log.append('kept\n', (offset) => expect(offset).toBe(0))
  expect(readFileSync(log.path, 'latin1')).toBe('kept\n')
})
