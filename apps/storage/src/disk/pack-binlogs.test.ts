import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BinlogReader } from './binlog-reader.ts'
import { type LogWriter, openLogWriter } from './log-writer.ts'
import { packBinlogs } from './pack-binlogs.ts'
import { unpackBinlogs } from './unpack-binlogs.ts'

const RECORDS = 12

let folder: string
let log: LogWriter
const file = (index: number) => join(folder, `binlog.00${index}`)
const indexFile = () => readFileSync(join(folder, 'binlog_index.dat'), 'latin1')

function append(name: string): Promise<void> {
  return new Promise((resolve, reject) =>
    log.append('C', name, (error) => (error === undefined ? resolve() : reject(error))),
  )
}

/** Names of all records, as who starts at file `index` reads them. */
function namesFrom(index: number): string[] {
  const reader = new BinlogReader(log, { index, offset: 0 })
  const names: string[] = []
  for (let entry = reader.next(); entry !== null; entry = reader.next()) names.push(entry.record?.name ?? '')
  reader.close()
  return names
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-pack-'))
  log = openLogWriter({ folder, rotateBytes: 100 })
  for (let n = 0; n < RECORDS; n += 1) await append(`M00/00/00/name-of-a-file-${n}`)
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true })
})

describe('old files of the log', () => {
  it('are compressed up to the first that is needed, and are whole when they are unpacked', async () => {
    const before = readFileSync(file(0))
    const names = namesFrom(0)
    expect(names.length).toBe(RECORDS)
    expect(log.position().index).toBeGreaterThan(2)
    expect(await packBinlogs(log, 2)).toBe(2)
    expect([0, 1, 2].map((index) => existsSync(file(index)))).toEqual([false, false, true])
    expect(gunzipSync(readFileSync(`${file(0)}.gz`)).equals(before)).toBe(true)
    expect(indexFile()).toBe(`current_write=${log.position().index}\ncurrent_compress=2\n`)
    expect(() => namesFrom(0)).toThrow('is missing')
    await unpackBinlogs(log, 0)
    expect(namesFrom(0)).toEqual(names)
    expect(indexFile()).toContain('current_compress=0\n')
  })

  it('are never compressed while they are written', async () => {
    const { index } = log.position()
    expect(await packBinlogs(log, 99)).toBe(index)
    expect(existsSync(file(index))).toBe(true)
    await append('M00/00/00/one-more')
    expect(namesFrom(index)).toContain('M00/00/00/one-more')
  })

  it('are compressed once more when a crash has left both, and torn ones give way', async () => {
    const whole = readFileSync(file(0))
    writeFileSync(`${file(0)}.gz`, 'torn')
    expect(await packBinlogs(log, 1)).toBe(1)
    expect(gunzipSync(readFileSync(`${file(0)}.gz`)).equals(whole)).toBe(true)
    expect(await packBinlogs(log, 1)).toBe(0)
  })
})
