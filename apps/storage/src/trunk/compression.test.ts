import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../disk/atomic-file.ts'
import { openInitFlag } from '../disk/init-flag.ts'
import { compressLog, finishCompression, lastCompressed } from './compression.ts'
import { TrunkLog } from './trunk-log.ts'

const A = '1 A 0 0 0 1 0 1024\n'
const B = '2 D 0 0 0 1 0 1024\n'
const C = '3 A 0 0 0 1 512 512\n'

let basePath: string
const path = (name: string) => join(basePath, 'data', name)
const BINLOG = 'trunk/binlog'
const SNAPSHOT = 'storage_trunk.dat'

beforeEach(() => {
  basePath = mkdtempSync(join(tmpdir(), 'cairn-trunk-'))
  makeFolder(path('trunk'))
})
afterEach(() => rmSync(basePath, { recursive: true }))

function textOf(name: string): string | null {
  return existsSync(path(name)) ? readFileSync(path(name), 'latin1') : null
}

function atStage(stage: number, files: Readonly<Record<string, string>>): string | null {
  const flag = openInitFlag(basePath, 1)
  flag.save({ others: new Map(flag.flag.others).set('trunk_binlog_compress_stage', String(stage)) })
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text)
  return finishCompression(basePath, flag)
}

describe('a compression that a C storage left', () => {
  it.each([0, 9])('at stage %i has nothing to settle', (stage) => {
    expect(atStage(stage, { [BINLOG]: A, [SNAPSHOT]: '0\n' })).toBeNull()
    expect([textOf(BINLOG), textOf(SNAPSHOT)]).toEqual([A, '0\n'])
  })

  it.each([
    [1, { [BINLOG]: A + B, [SNAPSHOT]: 'old' }, A + B, null],
    [2, { [`${BINLOG}.rollback`]: A + B, [`${SNAPSHOT}.rollback`]: 'old', [BINLOG]: C }, A + B + C, 'old'],
    [2, { [`${BINLOG}.rollback`]: A + B }, A + B, null],
    [3, { [`${BINLOG}.rollback`]: A, [`${SNAPSHOT}.rollback`]: 'old', [SNAPSHOT]: 'new', [BINLOG]: C }, A + C, 'old'],
    [4, { [`${BINLOG}.rollback`]: A, [SNAPSHOT]: 'new', [BINLOG]: C, [`${BINLOG}.tmp`]: 'half' }, A + C, null],
    [4, { [`${BINLOG}.rollback`]: A, [SNAPSHOT]: 'new', [BINLOG]: B + C }, B + C, null],
    [5, { [`${BINLOG}.rollback`]: A, [SNAPSHOT]: 'new', [BINLOG]: B + C }, B + C, null],
    [6, { [BINLOG]: B + C }, B + C, null],
    [7, { [`${BINLOG}.rollback`]: A, [`${SNAPSHOT}.rollback`]: 'old', [BINLOG]: C }, A + C, 'old'],
    [8, { [`${BINLOG}.rollback`]: A, [BINLOG]: A + C, [SNAPSHOT]: 'old' }, A + C, 'old'],
  ])('at stage %i with %j is settled', (stage, files, binlog, snapshot) => {
    expect(atStage(stage, files)).toContain(`stage ${stage}`)
    expect([textOf(BINLOG), textOf(SNAPSHOT)]).toEqual([binlog, snapshot])
    for (const name of [`${BINLOG}.rollback`, `${SNAPSHOT}.rollback`, `${BINLOG}.tmp`]) expect(textOf(name)).toBeNull()
    expect(finishCompression(basePath, openInitFlag(basePath, 1))).toBeNull()
  })
})

describe('a compressed log', () => {
  it('holds the free blocks, goes to the members whole, and counts as compressed now', () => {
    for (const [name, text] of [
      [BINLOG, A + B],
      [SNAPSHOT, '9\n'],
      ['trunk/100002.mark', 'binlog_offset=5\n'],
    ] as const)
      writeFileSync(path(name), text)
    const log = TrunkLog.open(basePath, () => undefined)
    const { generation } = log
    const initFlag = openInitFlag(basePath, 1)
    compressLog({ basePath, initFlag, log, lines: C, now: 77 })
    expect([textOf(BINLOG), textOf(SNAPSHOT), textOf('trunk/100002.mark')]).toEqual([C, null, null])
    expect(log.generation).toBeGreaterThan(generation)
    expect([...log.records(0)]).toHaveLength(1)
    expect(lastCompressed(openInitFlag(basePath, 1))).toBe(77)
    log.append(A)
    log.close()
    expect(textOf(BINLOG)).toBe(C + A)
  })
})

describe('a log that a crash tore', () => {
  it.each([
    ['a line', A + B.slice(0, 7), A],
    ['its first line', A.slice(0, 4), ''],
    ['nothing', A, A],
  ])('in %s ends with the last whole one', (_, text, whole) => {
    writeFileSync(path(BINLOG), text)
    const reports: string[] = []
    TrunkLog.open(basePath, (message) => reports.push(message)).close()
    expect(textOf(BINLOG)).toBe(whole)
    expect(reports.length).toBe(text === whole ? 0 : 1)
  })
})
