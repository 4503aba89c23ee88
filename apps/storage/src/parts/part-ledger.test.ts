import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskLane } from '@cairn/dfs-core/disk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FinishedUpload } from './ledger-line.ts'
import { PartLedger } from './part-ledger.ts'

const DAY = 24 * 3600
const NOW = 1_790_000_000
let folder: string
let path: string
let reports: string[]
let ledger: PartLedger

function open(now = NOW): PartLedger {
  return new PartLedger({ path, lane: new DiskLane(), sync: null, now, report: (message) => reports.push(message) })
}

function reopen(now = NOW): void {
  ledger.close()
  ledger = open(now)
}

const uplOf = (n: number) => n.toString(16).padStart(32, '0')

function upload(n: number, at = NOW): FinishedUpload {
  const hash = n.toString(16).padStart(64, '0')
  const fid = `group1/M00/00/00/name${n}.bin`
  const binlog = { index: 0, offset: n }
  return {
    upl: uplOf(n),
    ep: 1,
    fid,
    size: n,
    crc32: n,
    sha256: hash,
    head: hash,
    ct: 'a/b',
    dur: 'none',
    at,
    own: 'o',
    ent: 'e',
    binlog,
  }
}

function finish(n: number): void {
  ledger.write({ kind: 'finished', upload: upload(n) })
  ledger.confirm([uplOf(n)])
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-ledger-'))
  path = join(folder, 'parts', 'uploads.log')
  reports = []
  ledger = open()
})

afterEach(() => {
  ledger.close()
  rmSync(folder, { recursive: true })
})

describe('PartLedger', () => {
  it('knows a finished upload only when its record is confirmed, also after it was opened again', () => {
    ledger.write({ kind: 'finished', upload: upload(1) })
    expect(ledger.finished(uplOf(1))).toBeNull()
    expect(ledger.interrupted()).toEqual([upload(1)])
    reopen()
    expect(ledger.interrupted()).toEqual([upload(1)])
    ledger.confirm([uplOf(1)])
    reopen()
    expect(ledger.finished(uplOf(1))).toEqual({ upload: upload(1), acked: false })
    expect(ledger.interrupted()).toEqual([])
  })

  it('forgets what came to nothing', () => {
    ledger.write({ kind: 'finished', upload: upload(1) })
    ledger.write({ kind: 'void', upl: uplOf(1) })
    reopen()
    expect([ledger.interrupted(), ledger.finished(uplOf(1))]).toEqual([[], null])
  })

  it('lists what is not acknowledged in the order of its lines, from behind one on', () => {
    for (const n of [3, 1, 2]) ledger.write({ kind: 'finished', upload: upload(n) })
    for (const n of [1, 2, 3]) ledger.confirm([uplOf(n)])
    const list = (after: string | null, max = 10) => ledger.unacknowledged(after, max).map(({ size }) => size)
    expect([list(null), list(uplOf(3)), list(null, 1)]).toEqual([[3, 1, 2], [1, 2], [3]])
    ledger.write({ kind: 'acked', upl: uplOf(1), at: NOW })
    reopen()
    expect([list(null), list(uplOf(1))]).toEqual([[3, 2], [2]])
    expect(ledger.isAcknowledged(uplOf(1))).toBe(true)
  })

  it('gives a finished upload the epoch that it was raised to', () => {
    finish(1)
    ledger.write({ kind: 'raised', upl: uplOf(1), ep: 7 })
    reopen()
    expect([ledger.finishedEpoch(uplOf(1)), ledger.finished(uplOf(1))?.upload.ep]).toEqual([7, 7])
  })

  it('keeps an acknowledgement and an epoch that stand before the confirmation', () => {
    ledger.write({ kind: 'finished', upload: upload(1) })
    ledger.finish(uplOf(1))
    ledger.write({ kind: 'acked', upl: uplOf(1), at: NOW })
    ledger.write({ kind: 'raised', upl: uplOf(1), ep: 7 })
    reopen()
    expect(ledger.finished(uplOf(1))).toBeNull()
    ledger.confirm([uplOf(1)])
    reopen()
    expect([ledger.isAcknowledged(uplOf(1)), ledger.finishedEpoch(uplOf(1))]).toEqual([true, 7])
    expect(ledger.unacknowledged(null, 10)).toEqual([])
  })

  it('drops a torn line at the end and writes on behind the last whole one', () => {
    finish(1)
    finish(2)
    const whole = readFileSync(path, 'latin1')
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1
    for (let size = lastLine; size < whole.length; size += 7) {
      writeFileSync(path, whole)
      truncateSync(path, size)
      reopen()
      expect(ledger.interrupted()).toEqual([upload(2)])
      ledger.confirm([uplOf(2)])
      expect(readFileSync(path, 'latin1')).toBe(whole)
    }
  })

  it('drops zeros that a power loss left at the end', () => {
    finish(1)
    const size = statSync(path).size
    appendFileSync(path, Buffer.alloc(4096))
    reopen()
    expect(statSync(path).size).toBe(size)
    expect(ledger.finished(uplOf(1))?.upload.size).toBe(1)
  })

  it('passes over damage in the middle and reports it', () => {
    finish(1)
    finish(2)
    const text = readFileSync(path, 'latin1')
    writeFileSync(path, text.replace('name1', 'nameX'))
    reopen()
    expect(ledger.finished(uplOf(1))).toBeNull()
    expect(ledger.finished(uplOf(2))?.upload).toEqual(upload(2))
    expect(reports.some((message) => message.includes('is damaged between 0 and'))).toBe(true)
  })

  it('remembers acknowledged and ended uploads for 14 days, others for ever', () => {
    finish(1)
    finish(2)
    ledger.write({ kind: 'acked', upl: uplOf(2), at: NOW })
    ledger.write({ kind: 'ended', upl: uplOf(3), ep: 4, at: NOW })
    reopen(NOW + 14 * DAY)
    expect([ledger.isAcknowledged(uplOf(2)), ledger.endedEpoch(uplOf(3))]).toEqual([true, 4])
    reopen(NOW + 14 * DAY + 1)
    expect([ledger.isAcknowledged(uplOf(1)), ledger.isAcknowledged(uplOf(2)), ledger.endedEpoch(uplOf(3))]).toEqual([
      false,
      null,
      null,
    ])
  })

  it('is rewritten when most of it is no longer needed, and says the same afterwards', async () => {
    for (let n = 1; n <= 4000; n += 1) {
      finish(n)
      if (n % 100 !== 0) ledger.write({ kind: 'acked', upl: uplOf(n), at: NOW })
    }
    ledger.write({ kind: 'raised', upl: uplOf(100), ep: 5 })
    ledger.write({ kind: 'finished', upload: upload(5000) })
    ledger.write({ kind: 'described', upl: uplOf(5001), facts: { metadata: 'a YQ==', concat: '' } })
    finish(5001)
    const before = statSync(path).size
    expect(await ledger.compact(NOW + 15 * DAY)).toBe(true)
    expect(statSync(path).size).toBeLessThan(before / 20)
    expect(ledger.facts(uplOf(5001)).metadata).toBe('a YQ==')
    ledger.write({ kind: 'acked', upl: uplOf(5001), at: NOW + 15 * DAY })
    expect(ledger.unacknowledged(null, 100).map(({ size }) => size)).toEqual(
      Array.from({ length: 40 }, (_, i) => (i + 1) * 100),
    )
    expect(ledger.finished(uplOf(100))?.upload.ep).toBe(5)
    expect(ledger.interrupted()).toEqual([upload(5000)])
    reopen(NOW + 15 * DAY)
    expect(ledger.unacknowledged(null, 100).length).toBe(40)
    expect(ledger.facts(uplOf(5001)).metadata).toBe('a YQ==')
  })

  it('loses nothing that is written while it is rewritten', async () => {
    for (let n = 1; n <= 4000; n += 1) {
      finish(n)
      if (n % 4 !== 0) ledger.write({ kind: 'acked', upl: uplOf(n), at: NOW })
    }
    ledger.write({ kind: 'finished', upload: upload(5000) })
    const compacting = ledger.compact(NOW + 15 * DAY)
    ledger.confirm([uplOf(5000)])
    for (let n = 6000; n < 6100; n += 1) finish(n)
    ledger.write({ kind: 'raised', upl: uplOf(4), ep: 9 })
    ledger.write({ kind: 'acked', upl: uplOf(8), at: NOW + 15 * DAY })
    expect(await ledger.compact(NOW + 15 * DAY)).toBe(false)
    expect(await compacting).toBe(true)
    finish(7000)
    const expectAll = () => {
      const sizes = ledger.unacknowledged(null, 2000).map(({ size }) => size)
      expect(sizes.length).toBe(999 + 1 + 100 + 1)
      expect([...sizes].sort((a, b) => a - b).slice(-2)).toEqual([6099, 7000])
      expect([ledger.finished(uplOf(4))?.upload.ep, ledger.isAcknowledged(uplOf(8))]).toEqual([9, true])
      expect(ledger.finished(uplOf(5000))?.upload).toEqual(upload(5000))
    }
    expectAll()
    reopen(NOW + 15 * DAY)
    expectAll()
  })

  it('does not confirm by a rewriting what only the memory knows to be finished', async () => {
    for (let n = 1; n <= 4000; n += 1) {
      finish(n)
      ledger.write({ kind: 'acked', upl: uplOf(n), at: NOW })
    }
    ledger.write({ kind: 'finished', upload: upload(5000) })
    ledger.finish(uplOf(5000))
    await ledger.compact(NOW + 15 * DAY)
    expect(ledger.finished(uplOf(5000))?.upload.size).toBe(5000)
    reopen(NOW + 15 * DAY)
    expect(ledger.interrupted()).toEqual([upload(5000)])
  })
})
