import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BinlogDamagedError } from './binlog-files.ts'
import { type BinlogEntry, BinlogReader } from './binlog-reader.ts'
import { type LogWriter, openLogWriter } from './log-writer.ts'

let folder: string
let now = 1000
const reports: string[] = []
const opened: LogWriter[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-binlog-'))
  now = 1000
  reports.length = 0
})
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close()
  rmSync(folder, { recursive: true })
})

function open(rotateBytes = 1024 ** 3): LogWriter {
  const log = openLogWriter({ folder, now: () => now, rotateBytes, report: (message) => reports.push(message) })
  opened.push(log)
  return log
}

function pathOfDescriptor(fd: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // The one that the folder was read through.
    return null
  }
}

const path = () => join(folder, 'binlog.000')
const text = (index = 0) => readFileSync(join(folder, `binlog.00${index}`), 'latin1')
const append = (log: LogWriter, op: 'C' | 'c' | 'D' | 'A', name: string, options = {}) =>
  new Promise<void>((resolve, reject) => log.append(op, name, (error) => (error ? reject(error) : resolve()), options))

describe('the log writer', () => {
  it('has written a record when it answers, with what follows the name', async () => {
    const log = open()
    await append(log, 'C', 'M00/00/00/a')
    expect(text()).toBe('1000 C M00/00/00/a\n')
    await append(log, 'A', 'M00/00/00/a', { extra: '0 5', durable: true })
    expect(text()).toBe('1000 C M00/00/00/a\n1000 A M00/00/00/a 0 5\n')
  })

  it('writes what one turn of the event loop appends in one piece and in order', async () => {
    const log = open()
    let writes = 0
    log.onWritten(() => {
      writes += 1
    })
    await Promise.all(Array.from({ length: 500 }, (_, i) => append(log, 'C', `M00/00/00/${i}`)))
    expect(writes).toBe(1)
    expect(text().split('\n').slice(0, -1)).toEqual(Array.from({ length: 500 }, (_, i) => `1000 C M00/00/00/${i}`))
  })

  it('never goes back in time, after a restart either', async () => {
    const log = open()
    await append(log, 'C', 'M00/00/00/a')
    now = 900
    await append(log, 'C', 'M00/00/00/b')
    await log.close()
    await append(open(), 'C', 'M00/00/00/c')
    expect(text()).toBe('1000 C M00/00/00/a\n1000 C M00/00/00/b\n1000 C M00/00/00/c\n')
  })

  it('keeps the time of a source in the record of a replica, and is not moved by it', async () => {
    const log = open()
    await append(log, 'c', 'M00/00/00/a', { timestamp: 5000 })
    await append(log, 'C', 'M00/00/00/b')
    expect(text()).toBe('5000 c M00/00/00/a\n1000 C M00/00/00/b\n')
    expect(log.drawTimestamp()).toBe(1000)
  })

  it('gives no record a later time than a name that is drawn and not yet logged', async () => {
    const log = open()
    log.hold('M00/00/00/slow', log.drawTimestamp())
    now = 1030
    await append(log, 'C', 'M00/00/00/fast')
    expect(log.watermark()).toBe(999)
    await append(log, 'C', 'M00/00/00/slow')
    await append(log, 'C', 'M00/00/00/later')
    expect(text()).toBe('1000 C M00/00/00/fast\n1000 C M00/00/00/slow\n1030 C M00/00/00/later\n')
    expect(log.watermark()).toBe(1029)
  })

  it('is not held back for ever by a name that nobody logs', async () => {
    const log = open()
    log.hold('M00/00/00/lost', log.drawTimestamp())
    now = 1061
    await append(log, 'C', 'M00/00/00/a')
    expect(text()).toBe('1061 C M00/00/00/a\n')
    expect(reports.join()).toContain('M00/00/00/lost')
  })

  it('goes on in the next file when one is full, and remembers which it is', async () => {
    const log = open(40)
    for (const name of ['a', 'b', 'c', 'd']) await append(log, 'C', `M00/00/00/${name}`, { durable: true })
    expect([text(0), text(1)]).toEqual([
      '1000 C M00/00/00/a\n1000 C M00/00/00/b\n1000 C M00/00/00/c\n',
      '1000 C M00/00/00/d\n',
    ])
    expect(readFileSync(join(folder, 'binlog_index.dat'), 'utf8')).toBe('current_write=1\ncurrent_compress=0\n')
    await log.close()
    const again = open(40)
    await append(again, 'C', 'M00/00/00/e')
    expect(text(1)).toBe('1000 C M00/00/00/d\n1000 C M00/00/00/e\n')
    expect(again.position()).toEqual({ index: 1, offset: 38 })
  })

  it('leaves nothing open when it cannot go on in the next file, and goes on there when it can', async () => {
    const log = open(20)
    await append(log, 'C', 'M00/00/00/first')
    const openFiles = () => readdirSync('/proc/self/fd').filter((fd) => pathOfDescriptor(fd)?.startsWith(folder)).length
    expect(openFiles()).toBe(1)
    // As on a disk that is full: the file that names the next one cannot be written.
    mkdirSync(join(folder, 'binlog_index.dat.tmp'))
    for (const name of ['b', 'c', 'd'])
      await expect(append(log, 'C', `M00/00/00/${name}`)).rejects.toThrow('cannot write')
    expect(openFiles()).toBe(1)
    rmdirSync(join(folder, 'binlog_index.dat.tmp'))
    await append(log, 'C', 'M00/00/00/second')
    expect([text(0), text(1)]).toEqual(['1000 C M00/00/00/first\n', '1000 C M00/00/00/second\n'])
    expect(openFiles()).toBe(1)
  })

  it('has the file with its number from the beginning, and takes over that of versions before 5', async () => {
    writeFileSync(join(folder, 'binlog.index'), '2')
    const log = open()
    expect(readFileSync(join(folder, 'binlog_index.dat'), 'utf8')).toBe('current_write=2\ncurrent_compress=0\n')
    await append(log, 'C', 'M00/00/00/a')
    expect(text(2)).toBe('1000 C M00/00/00/a\n')
    await log.close()
    writeFileSync(join(folder, 'binlog.index'), '1')
    expect(open().position().index).toBe(2)
  })

  it('refuses everything after it is closed', async () => {
    const log = open()
    await log.close()
    await expect(append(log, 'C', 'M00/00/00/a')).rejects.toThrow('closed')
  })

  it('has what the answer to a record appends, and refuses what comes while it is being closed', async () => {
    const log = open()
    let followed: Promise<void> | undefined
    log.append('D', 'M00/00/00/a', () => {
      followed = append(log, 'D', 'M00/00/00/a-m')
    })
    const closed = log.close()
    await Promise.all([
      expect(append(log, 'C', 'M00/00/00/late')).rejects.toThrow('closed'),
      expect(log.flush()).rejects.toThrow('closed'),
      closed,
    ])
    await followed
    expect(text()).toBe('1000 D M00/00/00/a\n1000 D M00/00/00/a-m\n')
  })

  it('writes nothing any more after a sync failed, and says so', async () => {
    const log = open()
    await append(log, 'C', 'M00/00/00/a')
    const fd = Number(readdirSync('/proc/self/fd').find((entry) => pathOfDescriptor(entry) === path()))
    closeSync(fd)
    await expect(log.flush()).rejects.toThrow('until the next start')
    // The descriptor is taken again, so that a write would succeed.
    expect(openSync(path(), 'a')).toBe(fd)
    await expect(append(log, 'C', 'M00/00/00/b')).rejects.toThrow('until the next start')
    await expect(log.flush()).rejects.toThrow('until the next start')
    expect([log.isFailed, text(), reports.length]).toEqual([true, '1000 C M00/00/00/a\n', 1])
  })

  it('writes nothing any more after the sync of a full file failed', async () => {
    const log = open(20)
    await append(log, 'C', 'M00/00/00/first')
    closeSync(Number(readdirSync('/proc/self/fd').find((entry) => pathOfDescriptor(entry) === path())))
    await expect(append(log, 'C', 'M00/00/00/b')).rejects.toThrow('until the next start')
    // The descriptor is taken again, so that a second try would succeed.
    openSync(path(), 'a')
    await expect(append(log, 'C', 'M00/00/00/c')).rejects.toThrow('until the next start')
    expect([log.isFailed, text(), reports.length]).toEqual([true, '1000 C M00/00/00/first\n', 1])
  })

  it('hides half a record that another write left, and cuts it at the next start', async () => {
    const log = open()
    await append(log, 'C', 'M00/00/00/a')
    await append(log, 'C', 'M00/00/00/b')
    const whole = text()
    // What a write that broke off half way leaves behind.
    appendFileSync(path(), '1000 C M00/0')
    const reader = new BinlogReader(log, { index: 0, offset: 0 })
    expect([reader.next()?.record?.name, reader.next()?.record?.name, reader.next()]).toEqual([
      'M00/00/00/a',
      'M00/00/00/b',
      null,
    ])
    reader.close()
    await log.close()
    const again = open()
    expect(text()).toBe(whole)
    expect(reports.join()).toContain('cut 12 torn bytes')
    await append(again, 'C', 'M00/00/00/c')
    expect(text()).toBe(`${whole}1000 C M00/00/00/c\n`)
  })
})

describe('opening a log', () => {
  const lines = ['1000 C M00/00/00/a\n', '1001 C M00/00/00/b\n', '1002 C M00/00/00/c\n']
  const whole = lines.join('')

  it('cuts a last line that is torn at any byte', () => {
    for (let cut = 0; cut < whole.length; cut += 1) {
      writeFileSync(path(), whole.slice(0, cut))
      const complete = lines.filter((_line, i) => lines.slice(0, i + 1).join('').length <= cut).join('')
      const log = openLogWriter({ folder, now: () => now })
      expect(text()).toBe(complete)
      expect(log.position().offset).toBe(complete.length)
    }
  })

  it('cuts zero bytes that a power loss left at the end', () => {
    writeFileSync(path(), `${whole}${'\0'.repeat(4096)}`)
    open()
    expect(text()).toBe(whole)
  })

  it('refuses a log that is damaged in the middle, and says where', () => {
    writeFileSync(path(), `${lines[0]}1001 C M0${'\0'.repeat(10)}\n${lines[2]}`)
    expect(() => openLogWriter({ folder })).toThrow(BinlogDamagedError)
    expect(() => openLogWriter({ folder })).toThrow(`${path()} is damaged at offset 19`)
    expect(text()).toContain('1002 C')
  })

  it.each([
    '1001 C M00/00/00/b more',
    '1001 X M00/00/00/b',
    'C M00/00/00/b',
    '1001  C M00/00/00/b',
    '1001 C ',
    '1001 C M00/00/00/\x7f',
    '1001 A M00/00/00/b',
  ])('takes %j in the middle for damage', (line) => {
    writeFileSync(path(), `${lines[0]}${line}\n${lines[2]}`, 'latin1')
    expect(() => openLogWriter({ folder })).toThrow(BinlogDamagedError)
  })

  it('knows the newest time of its own records, and not those of other storages', () => {
    writeFileSync(path(), `${whole}9000 c M00/00/00/d\n1003 A M00/00/00/a 1 2\n8000 d M00/00/00/e\n`)
    expect(open().openedAfter).toBe(1003)
    writeFileSync(path(), `9000 c M00/00/00/d\n${whole}`)
    expect(openLogWriter({ folder }).openedAfter).toBe(1002)
  })

  it('accepts the nameless link lines of FastDFS', () => {
    writeFileSync(path(), `${lines[0]}1001 l \n${lines[2]}`)
    open()
    expect(text()).toBe(`${lines[0]}1001 l \n${lines[2]}`)
  })
})

describe('reading a log', () => {
  it('goes over the ends of blocks and files, and waits at the end of what is written', async () => {
    const log = open(100_000)
    const names = Array.from({ length: 9000 }, (_, i) => `M00/00/00/${String(i).padStart(34, '0')}`)
    const reader = new BinlogReader(log, { index: 0, offset: 0 })
    const read: string[] = []
    for (let start = 0; start < names.length; start += 1000) {
      await Promise.all(names.slice(start, start + 1000).map((name) => append(log, 'C', name)))
      for (let entry = reader.next(); entry !== null; entry = reader.next()) read.push(entry.record?.name ?? 'none')
    }
    expect(log.position().index).toBeGreaterThan(2)
    expect(read).toEqual(names)
    expect(reader.position).toEqual(log.position())
    reader.close()
  })

  it('starts at any record', async () => {
    const log = open()
    await append(log, 'C', 'M00/00/00/a')
    const { offset } = log.position()
    await append(log, 'C', 'M00/00/00/b')
    const reader = new BinlogReader(log, { index: 0, offset })
    expect(reader.next()).toMatchObject({ record: { name: 'M00/00/00/b' }, end: log.position() })
    reader.close()
  })

  it('reports damaged lines with file and offset and goes on behind them, however long they are', async () => {
    const log = open()
    await append(log, 'C', 'M00/00/00/a')
    await append(log, 'C', `M00/00/00/${'x'.repeat(600)}`)
    await append(log, 'C', 'M00/00/00/b')
    const fd = openSync(path(), 'r+')
    writeSync(fd, '\0'.repeat(5), 19 + 100)
    closeSync(fd)
    const reader = new BinlogReader(log, { index: 0, offset: 0 })
    const entries: BinlogEntry[] = []
    for (let entry = reader.next(); entry !== null; entry = reader.next()) entries.push(entry)
    expect(entries[0]?.record?.name).toBe('M00/00/00/a')
    expect(entries[1]?.damage).toContain(`${path()} at offset 19`)
    expect(entries.at(-1)?.record?.name).toBe('M00/00/00/b')
    expect(entries.at(-1)?.end).toEqual(log.position())
    reader.close()
  })
})
