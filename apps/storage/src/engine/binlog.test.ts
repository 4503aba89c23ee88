import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BinlogLineError, formatRecord, parseLine, recordNumbers } from './binlog.ts'

const C_LOG = new URL('../../testdata/c-binlog.000', import.meta.url)
const C_REPLICA_LOG = new URL('../../testdata/c-replica-binlog.000', import.meta.url)

describe('binlog records', () => {
  it.each([C_LOG, C_REPLICA_LOG])('every line that a C storage wrote is read and written back the same: %s', (url) => {
    const lines = readFileSync(url, 'latin1').split('\n').slice(0, -1)
    const records = lines.map((line) => [line, parseLine(line)] as const)
    const named = records.flatMap(([line, record]) => (record === null ? [] : [[line, formatRecord(record)]]))
    expect(lines.length).toBeGreaterThan(70)
    for (const [line, written] of named) expect(written).toBe(`${line}\n`)
  })

  it('nameless link records of C storages name nothing, and are the only such lines', () => {
    const lines = readFileSync(C_REPLICA_LOG, 'latin1').split('\n').slice(0, -1)
    const nameless = lines.filter((line) => parseLine(line) === null)
    expect(nameless.length).toBeGreaterThan(0)
    for (const line of nameless) expect(line).toMatch(/^\d+ l $/)
  })

  it('the numbers of an append are its offset and length', () => {
    const record = parseLine('1795233145 A M00/00/00/fwBHC2sBFXmEBvAFAAAAAPV6uzk134.txt 16 33')
    expect(record && recordNumbers(record)).toEqual([16, 33])
  })

  it('a rename keeps the new name apart from the old one', () => {
    expect(parseLine('1 R M00/00/00/new M00/00/00/old')).toEqual({
      timestamp: 1,
      op: 'R',
      name: 'M00/00/00/new',
      extra: 'M00/00/00/old',
    })
  })

  it.each([
    ['no operation', '1795233145'],
    ['an unknown operation', '1795233145 X M00/00/00/a'],
    ['no name', '1795233145 C '],
    ['a time that is no number', 'now C M00/00/00/a'],
    ['a create with an extra column', '1 C M00/00/00/a 5'],
    ['an append without numbers', '1 A M00/00/00/a'],
    ['an append with one number', '1 A M00/00/00/a 5'],
    ['an append with a negative number', '1 A M00/00/00/a -5 6'],
    ['a rename without the old name', '1 R M00/00/00/a'],
    ['zero bytes', '\0\0\0\0\0\0\0\0\0\0'],
    ['an empty line', ''],
  ])('a line with %s is refused', (_what, line) => {
    expect(() => parseLine(line)).toThrow(BinlogLineError)
  })
})
