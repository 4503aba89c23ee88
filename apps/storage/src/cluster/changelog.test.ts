import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openInitFlag } from '../disk/init-flag.ts'
import { applyChange, type ChangedHistory, parseChangelog } from './changelog.ts'

const DELETED_AT = 1_795_233_200
let basePath = ''

beforeEach(() => {
  basePath = mkdtempSync(join(tmpdir(), 'changelog-'))
  for (const folder of ['sync', 'trunk']) mkdirSync(join(basePath, 'data', folder), { recursive: true })
})

afterEach(() => {
  rmSync(basePath, { recursive: true, force: true })
})

function mine(useStorageId: boolean): ChangedHistory {
  const initFlag = openInitFlag(basePath, 1_795_000_000)
  return { group: 'group1', basePath, useStorageId, ownPort: 23_000, initFlag, logger: pino({ level: 'silent' }) }
}

function writeMark(folder: 'sync' | 'trunk', name: string, modifiedAt: number): string {
  const path = join(basePath, 'data', folder, name)
  writeFileSync(path, `${folder} ${name}`)
  utimesSync(path, modifiedAt, modifiedAt)
  return path
}

describe('a change log', () => {
  it('is read line by line; what is cut off waits for its end', () => {
    const text = '1795233200 group1 100002 4 \nnonsense\n1795233201 group1 192.0.2.1 3 192.0.2.9\n17952332'
    expect(parseChangelog(text)).toEqual({
      entries: [
        { time: 1_795_233_200, group: 'group1', id: '100002', status: 4, newId: '' },
        { time: 1_795_233_201, group: 'group1', id: '192.0.2.1', status: 3, newId: '192.0.2.9' },
      ],
      rest: '17952332',
    })
  })
})

describe('a deleted member', () => {
  const entry = { time: DELETED_AT, group: 'group1', id: '100002', status: 4, newId: '' }

  it('loses its marks, and its place as the source of the history', () => {
    const history = mine(true)
    history.initFlag.save({ syncSource: '100002', syncUntil: 7 })
    const marks = [writeMark('sync', '100002.mark', DELETED_AT - 1), writeMark('trunk', '100002.mark', DELETED_AT - 1)]
    const other = writeMark('sync', '100003.mark', DELETED_AT - 1)
    applyChange(history, entry)
    for (const mark of marks) {
      expect(existsSync(mark)).toBe(false)
      expect(existsSync(`${mark}.20261121035320`)).toBe(true)
    }
    expect(existsSync(other)).toBe(true)
    expect(history.initFlag.flag).toMatchObject({ syncSource: '', syncUntil: 0 })
  })

  it('keeps the mark that was written after it had come back', () => {
    const mark = writeMark('sync', '100002.mark', DELETED_AT + 1)
    applyChange(mine(true), entry)
    expect(existsSync(mark)).toBe(true)
  })

  it('of another group with the same id changes nothing', () => {
    const mark = writeMark('sync', '100002.mark', DELETED_AT - 1)
    applyChange(mine(true), { ...entry, group: 'group2' })
    expect(existsSync(mark)).toBe(true)
  })
})

describe('a member with another address', () => {
  const entry = { time: DELETED_AT, group: 'group1', id: '192.0.2.1', status: 3, newId: '192.0.2.9' }

  it('keeps its mark under the new one', () => {
    const history = mine(false)
    history.initFlag.save({ syncSource: '192.0.2.1', syncUntil: 7 })
    const old = writeMark('sync', '192.0.2.1_23000.mark', DELETED_AT - 1)
    applyChange(history, entry)
    applyChange(history, entry)
    expect(existsSync(old)).toBe(false)
    expect(readFileSync(join(basePath, 'data/sync/192.0.2.9_23000.mark'), 'utf8')).toBe('sync 192.0.2.1_23000.mark')
    expect(history.initFlag.flag).toMatchObject({ syncSource: '192.0.2.9', syncUntil: 7 })
  })

  it('does not lose the mark that it has already', () => {
    writeMark('sync', '192.0.2.1_23000.mark', DELETED_AT - 1)
    const present = writeMark('sync', '192.0.2.9_23000.mark', DELETED_AT + 5)
    applyChange(mine(false), entry)
    expect(readFileSync(present, 'utf8')).toBe('sync 192.0.2.9_23000.mark')
  })
})
