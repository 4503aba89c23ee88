import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskLane } from '@cairn/dfs-core/disk'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type LogWriter, openLogWriter } from '../disk/log-writer.ts'
import { LateConfirmations } from './late-confirmations.ts'
import { PartLedger } from './part-ledger.ts'

const NOW = 1_790_000_000
const UPL = '1'.padStart(32, '0')

let folder: string
let log: LogWriter
let ledger: PartLedger
let reports: string[]
const report = (message: string) => reports.push(message)
beforeEach(() => {
  reports = []
  folder = mkdtempSync(join(tmpdir(), 'cairn-late-'))
  log = openLogWriter({ folder: join(folder, 'sync') })
  ledger = new PartLedger({
    path: join(folder, 'parts', 'uploads.log'),
    lane: new DiskLane(),
    sync: null,
    now: NOW,
    report,
  })
  const hash = UPL.padStart(64, '0')
  const fid = 'group1/M00/00/00/name1.bin'
  const facts = { upl: UPL, ep: 1, fid, size: 1, crc32: 1, sha256: hash, head: hash, ct: 'a/b', dur: 'none' } as const
  ledger.write({
    kind: 'finished',
    upload: { ...facts, at: NOW, own: 'o', ent: 'e', binlog: { index: 0, offset: 0 } },
  })
})
afterEach(async () => {
  ledger.close()
  await log.close()
  rmSync(folder, { recursive: true })
})

function stillOpenAfterRestart(): boolean {
  ledger.close()
  ledger = new PartLedger({
    path: join(folder, 'parts', 'uploads.log'),
    lane: new DiskLane(),
    sync: null,
    now: NOW,
    report,
  })
  return ledger.interrupted().length > 0
}

it('an upload whose metadata file could not be synced stays open for the next start, also when a later sync succeeds', async () => {
  const late = new LateConfirmations({ store: { log, storePaths: [] }, durable: true, report })
  // A file where the folder should be: opening what is below it fails as a bad disk does.
  const inTheWay = join(folder, 'metadata')
  writeFileSync(inTheWay, '')
  late.add(ledger, { upl: UPL, metadataPath: join(inTheWay, 'name1.bin-m') })
  await late.close()
  rmSync(inTheWay)
  mkdirSync(inTheWay)
  writeFileSync(join(inTheWay, 'name1.bin-m'), 'a')
  await late.close()
  expect(reports).toEqual(['uploads cannot be confirmed in the ledger before the next start'])
  expect(ledger.finished(UPL)?.upload.upl).toBe(UPL)
  expect(stillOpenAfterRestart()).toBe(true)
})

it('is confirmed when file and log are on the disk, and so is one whose file was deleted meanwhile', async () => {
  const late = new LateConfirmations({ store: { log, storePaths: [] }, durable: true, report })
  late.add(ledger, { upl: UPL, metadataPath: join(folder, 'deleted-m') })
  await late.close()
  expect(reports).toEqual([])
  expect(stillOpenAfterRestart()).toBe(false)
})
