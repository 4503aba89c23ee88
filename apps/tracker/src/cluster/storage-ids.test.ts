import { describe, expect, it } from 'vitest'
import { buildStorageIds, formatStorageId, parseStorageIds } from './storage-ids.ts'

const build = (text: string) => buildStorageIds(parseStorageIds(text, 'ids.conf'), 'ids.conf')

describe('storage_ids.conf', () => {
  it('names group, address, port and mode of every id, ordered by id as text', () => {
    const ids = build(
      [
        '# id  group  host',
        '',
        '9\tgroup1   192.168.0.9',
        '100001 group1 127.0.0.1:23000',
        '  100002  group1  127.0.0.1:23001   rw=READONLY',
        '3 group2 [2001:db8::1]:24000 rw=none',
        '4 group2 203.0.113.9,10.0.0.11:24000 rw=write',
      ].join('\n'),
    )
    expect(ids.entries.map(formatStorageId)).toEqual([
      '100001 group1 127.0.0.1:23000',
      '100002 group1 127.0.0.1:23001 rw=read',
      '3 group2 [2001:db8::1]:24000 rw=none',
      '4 group2 10.0.0.11,203.0.113.9:24000 rw=write',
      '9 group1 192.168.0.9:23000',
    ])
    expect(ids.byId('100002')?.rw).toEqual({ read: true, write: false })
    expect(ids.byAddress('127.0.0.1', 23_001)?.id).toBe('100002')
    expect(ids.byAddress('203.0.113.9', 24_000)?.id).toBe('4')
    expect(ids.byAddress('127.0.0.1', 23_002)).toBe(undefined)
    expect(ids.inGroup('group1', '127.0.0.1')?.id).toBe('100001')
    expect(ids.inGroup('group2', '127.0.0.1')).toBe(undefined)
  })

  it.each([
    ['0 group1 10.0.0.11', 'ids.conf:1: "0" is not a storage id'],
    ['16777216 group1 10.0.0.11', 'ids.conf:1: "16777216" is not a storage id'],
    ['01 group1 10.0.0.11', 'ids.conf:1: "01" is not a storage id'],
    ['1 group-1 10.0.0.11', 'ids.conf:1: "group-1" is not a group name'],
    ['1 group1', 'ids.conf:1: "" is not host[:port]'],
    ['1 group1 10.0.0.11:0', 'ids.conf:1: "10.0.0.11:0" is not host[:port]'],
    ['1 group1 10.0.0.11:70000', 'ids.conf:1: "10.0.0.11:70000" is not host[:port]'],
    ['1 group1 a,b,c', 'ids.conf:1: "a,b,c": one or two hosts'],
    ['\n1 group1 10.0.0.11 rw=maybe', 'ids.conf:2: "rw=maybe" is not an option'],
    ['1 group1 10.0.0.11 port=1', 'ids.conf:1: "port=1" is not an option'],
    ['1 group1 10.0.0.11\n1 group1 10.0.0.12', 'ids.conf: id 1 is there twice'],
    ['1 group1 10.0.0.11\n2 group2 10.0.0.11:23000', 'ids.conf: ids 1 and 2 have the same address 10.0.0.11:23000'],
    ['1 group1 10.0.0.11,10.0.0.12', 'ids.conf: id 1: 10.0.0.11 and 10.0.0.12 belong to the same network'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => build(text)).toThrow(message)
  })
})
