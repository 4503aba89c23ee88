import { describe, expect, it } from 'vitest'
import { olderGroups, olderStorages } from './older-lists.ts'
import type { GroupRecord, StorageRecord } from './records.ts'
import { storageStat } from './records.ts'
import { trackerCommands } from './tracker-commands.ts'

const group: GroupRecord = {
  group: 'group1',
  totalMb: 1001,
  freeMb: 1002,
  reservedMb: 1003,
  trunkFreeMb: 1004,
  storageCount: 1005,
  storagePort: -1,
  readableServerCount: 1006,
  writableServerCount: 1007,
  currentWriteServer: 1008,
  storePathCount: 1009,
  subdirCountPerPath: 1010,
  currentTrunkFileId: -1,
}

const stat = storageStat.decode(Buffer.alloc(348))

const storage: StorageRecord = {
  status: 7,
  rwMode: 4,
  id: '100001',
  ip: '192.0.2.2',
  sourceId: '100002',
  version: '6.16.10',
  joinTime: 2001,
  upTime: 2002,
  totalMb: 2003,
  freeMb: 2004,
  reservedMb: 2005,
  uploadPriority: 2006,
  storePathCount: 2007,
  subdirCountPerPath: 2008,
  currentWritePath: 2009,
  storagePort: 2010,
  stat: { ...stat, totalUploadCount: 2011, lastHeartBeatTime: 2012 },
  isTrunkServer: true,
}

const number = (bytes: Buffer, offset: number) => Number(bytes.readBigInt64BE(offset))
const text = (bytes: Buffer, offset: number, size: number) =>
  bytes.toString('latin1', offset, offset + size).replace(/\0+$/, '')

// Offsets: client protocol, appendix C.
describe('lists of groups before 6.13.1', () => {
  it('have 105 bytes, up to 6.12 with one count of members', () => {
    const bytes = olderGroups['5.x'].all.encode({ groups: [group, { ...group, group: 'group2' }] })
    expect(bytes.length).toBe(210)
    expect(text(bytes, 0, 17)).toBe('group1')
    expect(text(bytes, 105, 17)).toBe('group2')
    const fields = [17, 25, 33, 41, 49, 57, 65, 73, 81, 89, 97].map((offset) => number(bytes, offset))
    expect(fields).toEqual([1001, 1002, 1004, 1005, -1, 0, 1007, 1008, 1009, 1010, -1])
  })

  it('have two counts and no HTTP port in 6.13.0', () => {
    const bytes = olderGroups['6.13.0'].one.encode(group)
    expect(bytes.length).toBe(105)
    const fields = [17, 25, 33, 41, 49, 57, 65, 73, 81, 89, 97].map((offset) => number(bytes, offset))
    expect(fields).toEqual([1001, 1002, 1004, 1005, -1, 1006, 1007, 1008, 1009, 1010, -1])
  })

  it('are read by their length, with what they do not tell as 0', () => {
    const { listAllGroups, listOneGroup } = trackerCommands
    const one = { ...group, reservedMb: 0, readableServerCount: 1007 }
    expect(listOneGroup.response.decode(olderGroups['6.11'].one.encode(group))).toEqual(one)
    expect(listAllGroups.response.decode(olderGroups['5.x'].all.encode({ groups: [group] }))).toEqual({ groups: [one] })
    expect(listAllGroups.response.decode(listAllGroups.response.encode({ groups: [group] }))).toEqual({
      groups: [group],
    })
    expect(() => listAllGroups.response.decode(Buffer.alloc(104))).toThrow('104 bytes fit no version')
  })
})

describe('lists of storages before 6.13.1', () => {
  it.each([
    { version: '5.x', size: 612, ip: 0, versionField: 0 },
    { version: '6.11', size: 642, ip: 30, versionField: 0 },
    { version: '6.12', size: 644, ip: 30, versionField: 2 },
  ] as const)('have $size bytes in $version', ({ version, size, ip, versionField }) => {
    const bytes = olderStorages[version].encode({ storages: [storage] })
    expect(bytes.length).toBe(size)
    expect(bytes[0]).toBe(7)
    expect([text(bytes, 1, 16), text(bytes, 17, 16)]).toEqual(['100001', '192.0.2.2'])
    expect(text(bytes, 161 + ip, 16)).toBe('100002')
    expect(text(bytes, 177 + ip, 6)).toBe('6.16.1')
    const behind = [183, 191, 199, 207, 215, 223, 231, 239, 247, 255].map((at) => number(bytes, at + ip + versionField))
    expect(behind).toEqual([2001, 2002, 2003, 2004, 2006, 2007, 2008, 2009, 2010, 0])
    expect(number(bytes, 263 + 12 + ip + versionField)).toBe(2011)
    expect(number(bytes, size - 9)).toBe(2012)
    expect(bytes[size - 1]).toBe(1)
  })

  it('have 509 bytes in 6.13.0, with the rw mode and without reserved space', () => {
    const bytes = olderStorages['6.13.0'].encode({ storages: [storage] })
    expect(bytes.length).toBe(509)
    expect([bytes[0], bytes[1], text(bytes, 18, 46), text(bytes, 80, 8)]).toEqual([7, 4, '192.0.2.2', '6.16.10'])
    const numbers = Array.from({ length: 9 }, (_, index) => number(bytes, 88 + 8 * index))
    expect(numbers).toEqual([2001, 2002, 2003, 2004, 2006, 2007, 2008, 2009, 2010])
  })

  it('leave out an address that has no room, instead of cutting it', () => {
    const bytes = olderStorages['5.x'].encode({ storages: [{ ...storage, ip: '2001:db8::1234:5678' }] })
    expect(text(bytes, 17, 16)).toBe('')
  })

  it('are told apart by their length, for any number of members that a group can have', () => {
    const { listStorages } = trackerCommands
    for (let count = 1; count <= 32; count++) {
      const storages = Array.from({ length: count }, () => storage)
      for (const version of ['5.x', '6.11', '6.12', '6.13.0'] as const) {
        const { storages: read } = listStorages.response.decode(olderStorages[version].encode({ storages }))
        expect([version, read.length, read[count - 1]?.storagePort]).toEqual([version, count, 2010])
      }
      for (const width of [16, 46] as const) {
        const { storages: read } = listStorages.response.decode(
          listStorages.response.forWidth(width).encode({ storages }),
        )
        expect(read).toEqual(storages)
      }
    }
  })
})
