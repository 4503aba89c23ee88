import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openInitFlag } from './init-flag.ts'
import { formatMark, markPath, readMark, writeMark } from './mark-file.ts'
import { checkPathMark } from './path-mark.ts'
import { loadStatFile, saveStatFile } from './stat-file.ts'
import { openStorePath } from './store-path.ts'
import { openTombstones } from './tombstones.ts'

// Files of a C storage, as it wrote them.
const fromC = (name: string) => readFileSync(new URL(`../../testdata/${name}`, import.meta.url), 'utf8')

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'cairn-state-'))
  mkdirSync(join(base, 'data'))
})
afterEach(() => rmSync(base, { recursive: true }))

describe('the mark file', () => {
  it('of a C storage is read and written back the same', async () => {
    const path = join(base, '100002.mark')
    writeFileSync(path, fromC('c-100002.mark'))
    const mark = readMark(path)
    expect(mark).toEqual({
      index: 0,
      offset: 4726,
      needSyncOld: true,
      syncOldDone: true,
      untilTimestamp: 1795234299,
      scanRowCount: 78,
      syncRowCount: 44,
    })
    await writeMark(path, mark!)
    expect(readFileSync(path, 'utf8')).toBe(fromC('c-100002.mark'))
  })

  it('that lacks a key is an error, not a place to start', () => {
    const path = join(base, 'x.mark')
    for (const line of fromC('c-100002.mark').trim().split('\n')) {
      writeFileSync(path, fromC('c-100002.mark').replace(`${line}\n`, ''))
      expect(() => readMark(path)).toThrow(line.split('=')[0])
    }
    expect(readMark(join(base, 'none.mark'))).toBeNull()
  })

  it('is named by id, or by address and own port', () => {
    expect(markPath('/s', { id: '100002', useStorageId: true, ownPort: 23000 })).toBe('/s/100002.mark')
    expect(markPath('/s', { id: '127.0.71.12', useStorageId: false, ownPort: 23000 })).toBe('/s/127.0.71.12_23000.mark')
  })

  it('keeps its keys in the order of C', () => {
    expect(formatMark(readMarkOf(fromC('c-100002.mark')))).toBe(fromC('c-100002.mark'))
  })
})

function readMarkOf(text: string) {
  const path = join(base, 'y.mark')
  writeFileSync(path, text)
  return readMark(path)!
}

describe('.data_init_flag', () => {
  it('of a C storage is read and written back the same', () => {
    const path = join(base, 'data/.data_init_flag')
    writeFileSync(path, fromC('c-data_init_flag'))
    const file = openInitFlag(base, 5)
    expect(file.isNew).toBe(false)
    expect(file.flag).toMatchObject({ joinTime: 1795233143, syncOldDone: true, syncSource: '', lastPort: 23000 })
    file.save({})
    expect(readFileSync(path, 'utf8')).toBe(fromC('c-data_init_flag'))
  })

  it('is made for a new data folder, and keeps what is saved', () => {
    const file = openInitFlag(base, 1234)
    expect(file.isNew).toBe(true)
    file.save({ syncOldDone: true, syncSource: '100002', syncUntil: 99 })
    expect(openInitFlag(base, 9999).flag).toMatchObject({
      joinTime: 1234,
      syncOldDone: true,
      syncSource: '100002',
      syncUntil: 99,
    })
  })

  it('that is broken stops the start', () => {
    writeFileSync(join(base, 'data/.data_init_flag'), 'storage_join_time=abc\nsync_old_done=1\nsync_src_server=\n')
    expect(() => openInitFlag(base, 1)).toThrow('storage_join_time=abc')
    writeFileSync(join(base, 'data/.data_init_flag'), 'storage_join_time=1\nsync_old_done=1\n')
    expect(() => openInitFlag(base, 1)).toThrow('sync_src_server is missing')
  })
})

describe('storage_stat.dat', () => {
  it('of a C storage is read and written back the same', () => {
    writeFileSync(join(base, 'data/storage_stat.dat'), fromC('c-storage_stat.dat'))
    const content = loadStatFile(base)
    expect(content.counters).toMatchObject({
      totalUploadCount: 48,
      successDownloadBytes: 398412,
      lastSourceUpdate: 1795233191,
    })
    expect(content.cursor).toEqual({ high: 0, low: 0, count: 50 })
    saveStatFile(base, content)
    expect(readFileSync(join(base, 'data/storage_stat.dat'), 'utf8').trim()).toBe(fromC('c-storage_stat.dat').trim())
  })

  it('that is missing starts at nothing', () => {
    expect(loadStatFile(base).cursor).toEqual({ high: 0, low: 0, count: 0 })
    expect(loadStatFile(base).counters.totalUploadCount).toBe(0)
  })
})

describe('the mark of a store path', () => {
  const owner = { ip: '127.0.0.1', port: 23000, now: 1795233143 }

  it('is made once, the same in both places', () => {
    const flag = openInitFlag(base, 1)
    const storePath = openStorePath(0, base, false)
    checkPathMark(storePath, flag, owner)
    const [, mark] = /store_path_mark=(.*)\n/.exec(readFileSync(join(base, 'data/.fastdfs_vars'), 'utf8')) ?? []
    expect(mark).toHaveLength(75)
    expect(flag.flag.others.get('store_path_mark0')).toBe(mark)
    checkPathMark(storePath, openInitFlag(base, 2), { ...owner, now: 7 })
    expect(readFileSync(join(base, 'data/.fastdfs_vars'), 'utf8')).toBe(`store_path_mark=${mark}\n`)
  })

  it('is made of the bytes that C makes it of', () => {
    const cMark = /store_path_mark0=(.*)/.exec(fromC('c-data_init_flag'))?.[1] ?? ''
    const flag = openInitFlag(base, 1)
    checkPathMark(openStorePath(0, base, false), flag, { ip: '127.0.71.11', port: 23000, now: 1795233143 })
    expect(flag.flag.others.get('store_path_mark0')).toBe(cMark)
  })

  it('of another storage stops the start and says whose it is', () => {
    const cMark = /store_path_mark0=(.*)/.exec(fromC('c-data_init_flag'))?.[1] ?? ''
    writeFileSync(join(base, 'data/.fastdfs_vars'), `store_path_mark=${cMark}\n`)
    const check = () => checkPathMark(openStorePath(0, base, false), openInitFlag(base, 1), owner)
    expect(check).toThrow('127.0.71.11:23000')
  })
})

describe('tombstones', () => {
  it('are kept for thirty days, over restarts and a torn last line', () => {
    let now = 1_000_000
    const stones = openTombstones(base, () => now)
    expect(stones.add('M00/00/00/a')).toBe(true)
    expect(stones.add('M00/00/00/a')).toBe(false)
    writeFileSync(join(base, '.cairn-tombstones'), `${readFileSync(join(base, '.cairn-tombstones'), 'utf8')}10000`)
    stones.close()
    const again = openTombstones(base, () => now)
    expect([again.has('M00/00/00/a'), again.has('M00/00/00/b')]).toEqual([true, false])
    now += 30 * 86_400 + 1
    expect(again.has('M00/00/00/a')).toBe(false)
    expect(openTombstones(base, () => now).has('M00/00/00/a')).toBe(false)
    expect(readFileSync(join(base, '.cairn-tombstones'), 'utf8')).toBe('')
  })

  it('are the newest when there are too many', () => {
    const stones = openTombstones(base, () => 1_000_000)
    for (let n = 0; n < 100_002; n += 1) stones.add(`M00/00/00/${n}`)
    expect(stones.has('M00/00/00/0')).toBe(false)
    expect([90_000, 100_001].map((n) => stones.has(`M00/00/00/${n}`))).toEqual([true, true])
    stones.close()
  })

  it('are read again as they were written, the newest where a name comes twice, and nothing of damaged lines', () => {
    const path = join(base, '.cairn-tombstones')
    const lines = [
      '1000 M00/00/00/slave',
      '1000 M00/00/00/b',
      'x M00/00/00/c',
      '2000',
      ' ',
      '\0\0\0',
      '3000 M00/00/00/slave',
    ]
    writeFileSync(path, `${lines.join('\n')}\n`)
    const stones = openTombstones(base, () => 4000)
    expect(['slave', 'b', 'c', ''].map((name) => stones.has(`M00/00/00/${name}`))).toEqual([true, true, false, false])
    expect([stones.refuses('M00/00/00/slave', 2999), stones.refuses('M00/00/00/slave', 3000)]).toEqual([true, false])
    stones.add('M00/00/00/d')
    stones.close()
    expect(readFileSync(path, 'latin1').endsWith('\n4000 M00/00/00/d\n')).toBe(true)
    expect(openTombstones(base, () => 4000).has('M00/00/00/d')).toBe(true)
  })

  it('refuse a drawn name and its metadata for good, a slave only as it was before its deletion', () => {
    const drawn = 'M00/00/00/oYYBAGsBGgKAc6nNAAAADK8IOy0333.txt'
    const slave = 'M00/00/00/oYYBAGsBGgKAc6nNAAAADK8IOy0333_150x150.txt'
    const stones = openTombstones(base, () => 2000)
    stones.add(drawn, 1000)
    stones.add(slave, 1000)
    expect([stones.refuses(drawn, 1), stones.refuses(drawn, 9999), stones.refuses(`${drawn}-m`, 9999)]).toEqual([
      true,
      true,
      true,
    ])
    expect([stones.refuses(slave, 999), stones.refuses(slave, 1000)]).toEqual([true, false])
  })
})
