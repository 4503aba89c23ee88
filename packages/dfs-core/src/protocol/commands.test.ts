import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import { CairnCommand } from './cairn-commands.ts'
import { changeReply } from './change-reply.ts'
import { decodeStreamHead } from './command.ts'
import { storageCommands } from './storage-commands.ts'
import { trackerCommands } from './tracker-commands.ts'

// Bytes written by hand after the specification; the recorded frames are in recorded-frames.test.ts.

const hex = (text: string) => Buffer.from(text.replaceAll(/\s+/g, ''), 'hex')
/** Text filled up with NUL to `size` bytes, in hexadecimal. */
const pad = (text: string, size: number) =>
  Buffer.concat([Buffer.from(text), Buffer.alloc(size)])
    .subarray(0, size)
    .toString('hex')
const number8 = (value: number) => value.toString(16).padStart(16, '0')
const group1 = pad('group1', 16)

/** Decodes to the value, and the value encodes to the bytes. */
function both<T>(layout: { encode(value: T): Buffer; decode(buf: Buffer): T }, bytes: Buffer, value: T): void {
  expect(layout.decode(bytes)).toEqual(value)
  expect(layout.encode(value).toString('hex')).toBe(bytes.toString('hex'))
}

describe('command tables', () => {
  it('hold each code once, and every code of the specification', () => {
    const codes = (table: object) => Object.values(table).map(({ code }: { code: number }) => code)
    const sorted = (table: object) => codes(table).sort((a, b) => a - b)
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
    expect(sorted(trackerCommands)).toEqual([...range(58, 79), ...range(81, 98), ...range(101, 109), 111])
    expect(sorted(storageCommands)).toEqual([9, ...range(11, 38), 40, 82, 111, ...range(200, 207)])
  })

  it('have 200 to 207 for Cairn', () => {
    expect(Object.values(CairnCommand)).toEqual([200, 201, 202, 203, 204, 205, 206, 207])
  })
})

describe('address widths', () => {
  const ipv6 = '2001:db8:85a3:8d3:1319:8a2e:370:7348'
  const longest = '1111:2222:3333:4444:5555:6666:123.123.123.123'

  it('of QUERY_STORE are told apart by 40 and 70 bytes', () => {
    const { response } = trackerCommands.queryStoreWithoutGroupOne
    const value = { group: 'group1', ip: '192.0.2.2', port: 24_000, storePathIndex: 3 }
    both(response, hex(`${group1} ${pad('192.0.2.2', 15)} ${number8(24_000)} 03`), value)
    const wide = hex(`${group1} ${pad(ipv6, 45)} ${number8(24_000)} 03`)
    expect(wide).toHaveLength(70)
    both({ encode: response.forWidth(46).encode, decode: response.decode }, wide, { ...value, ip: ipv6 })
  })

  it('leave no room for a NUL behind the longest address', () => {
    const { response } = trackerCommands.queryFetchOne
    for (const [width, ip] of [
      [16, '255.255.255.255'],
      [46, longest],
    ] as const) {
      const bytes = response.forWidth(width).encode({ group: 'group1', ip, port: 1 })
      expect(bytes.toString('hex')).toBe(`${group1}${Buffer.from(ip).toString('hex')}${number8(1)}`)
      expect(response.decode(bytes).ip).toBe(ip)
    }
    expect(() => response.forWidth(16).encode({ group: 'group1', ip: ipv6, port: 1 })).toThrow(RangeError)
  })

  it.each([0, 1, 2, 3, 32])('of QUERY_STORE_ALL hold with %d servers', (count) => {
    const { response } = trackerCommands.queryStoreWithoutGroupAll
    const servers = Array.from({ length: count }, (_, i) => ({ ip: `10.0.0.${i + 1}`, port: 23_000 + i }))
    const bytesOf = (width: number) =>
      hex(`${group1} ${servers.map(({ ip, port }) => pad(ip, width) + number8(port)).join('')} 00`)
    both(response, bytesOf(15), { group: 'group1', servers, storePathIndex: 0 })
    expect(response.decode(bytesOf(45)).servers).toEqual(servers)
  })

  it.each([0, 1, 2, 31])('of QUERY_FETCH_ALL hold with %d further servers', (count) => {
    const { response } = trackerCommands.queryFetchAll
    const others = Array.from({ length: count }, (_, i) => ({ ip: `10.0.1.${i + 1}`, port: 23_000 }))
    const bytesOf = (width: number) =>
      hex(
        `${group1} ${[{ ip: '10.0.0.1', port: 5 }, ...others].map(({ ip, port }) => pad(ip, width) + number8(port)).join('')}`,
      )
    both(response, bytesOf(15), { group: 'group1', ip: '10.0.0.1', port: 5, others })
    expect(response.decode(bytesOf(45)).others).toEqual(others)
  })

  it('of LIST_STORAGE are 487 and 517 bytes a record', () => {
    const narrow = recordedStorageList()
    const { response } = trackerCommands.listStorages
    const wide = Buffer.concat([narrow.subarray(0, 18), hex(pad('127.0.71.11', 46)), narrow.subarray(34)])
    expect([narrow.length, wide.length]).toEqual([487, 517])
    const [record] = response.decode(narrow).storages
    expect(response.decode(wide).storages).toEqual([record])
    expect(response.forWidth(46).encode(response.decode(wide)).toString('hex')).toBe(wide.toString('hex'))
    expect(response.decode(Buffer.concat([wide, wide])).storages).toEqual([record, record])
    expect(response.decode(Buffer.alloc(0)).storages).toEqual([])
    for (const length of [486, 488, 516, 518])
      expect(() => response.decode(Buffer.alloc(length))).toThrow(ProtocolError)
  })

  it('of QUERY_FILE_INFO are 40 and 70 bytes, with the CRC sign-extended', () => {
    const { response } = storageCommands.queryFileInfo
    // Client protocol §12, the slave file.
    const narrow = hex(`0000000000000009 000000006B011A1C FFFFFFFF85BC2385 ${pad('192.0.2.2', 16)}`)
    const value = { size: 9, mtime: 0x6b011a1c, crc32: 0x85bc2385 | 0, sourceIp: '192.0.2.2' }
    both(response, narrow, value)
    expect(response.decode(narrow).crc32 >>> 0).toBe(0x85bc2385)
    const wide = hex(`0000000000000009 000000006B011A1C FFFFFFFF85BC2385 ${pad(longest, 46)}`)
    both({ encode: response.forWidth(46).encode, decode: response.decode }, wide, { ...value, sourceIp: longest })
  })

  it('are refused at any other length', () => {
    for (const length of [0, 39, 41, 69, 71]) {
      expect(() => trackerCommands.queryStoreWithoutGroupOne.response.decode(Buffer.alloc(length))).toThrow(
        ProtocolError,
      )
    }
  })
})

function recordedStorageList(): Buffer {
  const lines = readFileSync(new URL('../../testdata/frames-to-tracker.jsonl', import.meta.url), 'utf8').split('\n')
  const line = lines.find((text) => text.includes('"dir":"response","code":92,') && text.includes('"length":487,'))
  return hex((JSON.parse(line ?? '{}') as { body: string }).body)
}

// Internals §12.3 and §1.8.
describe('change replies', () => {
  const brief = (status: string, ip: string) => `${status} 000059d8 ${pad(ip, 16)} ${pad(ip, 46)}`
  const server = (status: number, ip: string) => ({ status, port: 23_000, id: ip, ip })

  it('of a follower are one zero byte', () => {
    both(changeReply, hex('00'), {})
    expect(changeReply.decode(Buffer.alloc(0))).toEqual({})
  })

  it('carry leader, trunk server and members in this order', () => {
    const bytes = hex(
      `07 ${brief('00', '10.7.0.2')} ${brief('07', '10.7.0.11')} ${brief('07', '10.7.0.11')} ${brief('01', '10.7.0.12')}`,
    )
    expect(bytes).toHaveLength(1 + 4 * 67)
    both(changeReply, bytes, {
      leader: server(0, '10.7.0.2'),
      trunkServer: server(7, '10.7.0.11'),
      members: [server(7, '10.7.0.11'), server(1, '10.7.0.12')],
    })
  })

  it('carry single changes', () => {
    both(changeReply, hex(`01 ${brief('00', '10.7.0.2')}`), { leader: server(0, '10.7.0.2') })
    both(changeReply, hex(`04 ${brief('07', '10.7.0.11')} ${brief('01', '10.7.0.12')}`), {
      members: [server(7, '10.7.0.11'), server(1, '10.7.0.12')],
    })
    both(changeReply, hex('04'), { members: [] })
  })

  it.each([
    ['a record without its flag', `00 ${brief('07', '10.7.0.11')}`],
    ['a leader flag without its record', '01'],
    ['two flags with one record', `03 ${brief('07', '10.7.0.11')}`],
    ['two records for the leader', `01 ${brief('07', '10.7.0.11')} ${brief('07', '10.7.0.11')}`],
    ['an unknown flag', '08'],
    ['half a record', `04 ${brief('07', '10.7.0.11')} 00`],
    ['more than 34 records', `04 ${brief('07', '10.7.0.11').repeat(35)}`],
  ])('with %s are refused', (_what, bytes) => {
    expect(() => changeReply.decode(hex(bytes))).toThrow(ProtocolError)
  })
})

// Internals §12.3.
describe('test vectors of storages and trackers', () => {
  it('JOIN of a fresh storage with two trackers', () => {
    const packet = hex(`
      00000000000000af510067726f75703100000000000000000000000000000000
      0059d800000000000000010000000000000004000000000000000a000000006b
      01161d000000006b01161d362e31362e31000001ff0000000000000000000000
      000000000031302e372e302e3200000000000000000000000000000000000000
      00000000000000000000000000000000000000000000000000000231302e372e
      302e313a32323132320a31302e372e302e323a32323132320a`)
    both(trackerCommands.join.request, packet.subarray(10), {
      group: 'group1',
      storagePort: 23_000,
      storePathCount: 1,
      subdirCountPerPath: 4,
      uploadPriority: 10,
      joinTime: 0x6b01161d,
      upTime: 0x6b01161d,
      version: '6.16.1',
      initFlag: 1,
      status: -1,
      storageId: '',
      trackerIp: '10.7.0.2',
      trackers: ['10.7.0.1:22122', '10.7.0.2:22122'],
    })
  })

  it('JOIN with another number of lines than announced is refused', () => {
    const request = trackerCommands.join.request
    const good = request.encode({
      group: 'group1',
      storagePort: 1,
      storePathCount: 1,
      subdirCountPerPath: 1,
      uploadPriority: 1,
      joinTime: 1,
      upTime: 1,
      version: '6',
      initFlag: 0,
      status: 0,
      storageId: '100001',
      trackerIp: '::1',
      trackers: ['a:1', 'b:2'],
    })
    good.writeUInt8(3, 144)
    expect(() => request.decode(good)).toThrow('STORAGE_JOIN request.trackers: another number of items than announced')
  })

  it('JOIN reply, DEST_REQ reply, NOTIFY, disk usage, sync report and report status', () => {
    both(trackerCommands.join.response, hex(`01 ${pad('10.7.0.11', 16)}`), { status: 1, sourceId: '10.7.0.11' })
    both(trackerCommands.syncDestRequest.response, hex(`${pad('10.7.0.11', 16)} 000000006b01161e`), {
      sourceId: '10.7.0.11',
      until: 0x6b01161e,
    })
    both(trackerCommands.syncDestRequest.response, Buffer.alloc(0), null)
    both(trackerCommands.syncNotify.request, Buffer.alloc(24), { sourceId: '', until: 0 })
    both(trackerCommands.reportDiskUsage.request, hex('000000000003efe3 0000000000011c95'), {
      paths: [{ totalMb: 258_019, freeMb: 72_853 }],
    })
    both(trackerCommands.syncReport.request, hex(`${pad('10.7.0.11', 16)} 6b0114e2 ${pad('10.7.0.12', 16)} 00000000`), {
      sources: [
        { id: '10.7.0.11', timestamp: 0x6b0114e2 },
        { id: '10.7.0.12', timestamp: 0 },
      ],
    })
    const ip = '10.7.0.12'
    both(trackerCommands.reportStatus.request, hex(`${group1} 02 00000000 ${pad(ip, 16)} ${pad(ip, 46)}`), {
      group: 'group1',
      server: { status: 2, port: 0, id: ip, ip },
    })
  })

  it('trunk allocation, PING and GET_STATUS between trackers', () => {
    both(storageCommands.trunkAllocSpace.request, hex(`${group1} 0000002b 00`), {
      group: 'group1',
      size: 43,
      storePathIndex: 0,
    })
    both(storageCommands.trunkAllocSpace.response, hex('00 00 00 00000001 00000d00 00000100'), {
      storePathIndex: 0,
      high: 0,
      low: 0,
      trunkFileId: 1,
      offset: 3328,
      size: 256,
    })
    both(trackerCommands.pingLeader.request, hex('00000040 00000003 00000003'), { allocated: 64, current: 3, max: 3 })
    both(trackerCommands.getTrackerStatus.response, Buffer.alloc(17), {
      isLeader: false,
      runningTime: 0,
      restartInterval: 0,
    })
  })

  it('commands that the recording has no answered request of', () => {
    both(storageCommands.fetchOnePathBinlog.request, hex(`${group1} 02`), { group: 'group1', storePathIndex: 2 })
    both(trackerCommands.reportIpChanged.request, hex(`${group1} ${pad('10.0.0.1', 46)} ${pad('10.0.0.2', 46)}`), {
      group: 'group1',
      oldIp: '10.0.0.1',
      newIp: '10.0.0.2',
    })
    both(trackerCommands.getGroupName.request, hex('000059d8'), { ip: '', port: 23_000 })
    both(trackerCommands.getGroupName.request, hex(`${Buffer.from('10.0.0.1').toString('hex')} 000059d8`), {
      ip: '10.0.0.1',
      port: 23_000,
    })
    both(trackerCommands.getGroupName.response, hex(group1), { group: 'group1' })
    both(trackerCommands.syncDestQuery.response, hex(`${pad('100001', 16)} 0000000000000001`), {
      sourceId: '100001',
      until: 1,
    })
    expect(trackerCommands.quit.request.encode({})).toHaveLength(0)
  })

  it('SET_TRUNK_SERVER answers with the id and a NUL', () => {
    both(trackerCommands.setTrunkServer.response, hex('31303030303100'), { id: '100001' })
    expect(trackerCommands.setTrunkServer.response.decode(Buffer.from('100001'))).toEqual({ id: '100001' })
  })
})

describe('requests of older versions', () => {
  it('GET_MY_IP without a port, FETCH_STORAGE_IDS without allow_empty', () => {
    expect(trackerCommands.getMyIp.request.decode(hex(group1))).toEqual({ group: 'group1', port: 0 })
    expect(trackerCommands.fetchStorageIds.request.decode(hex('00000002'))).toEqual({ start: 2, allowEmpty: false })
    expect(trackerCommands.fetchStorageIds.request.decode(hex('0000000201'))).toEqual({ start: 2, allowEmpty: true })
    expect(() => trackerCommands.fetchStorageIds.request.decode(hex('000002'))).toThrow(ProtocolError)
  })

  it('LIST_STORAGE with an id padded to 15 bytes, not to 16', () => {
    const { request } = trackerCommands.listStorages
    expect(request.decode(hex(`${group1} ${pad('100001', 15)}`))).toEqual({ group: 'group1', id: '100001' })
    expect(() => request.decode(hex(`${group1} ${pad('100001', 16)}`))).toThrow(ProtocolError)
  })
})

describe('streamed commands', () => {
  const upload = hex('00 0000000000000006 747874000000 68656C6C6F0A')

  it('tell where the content of UPLOAD_FILE starts', () => {
    // Client protocol §12.
    expect(decodeStreamHead(storageCommands.uploadFile, upload, 21)).toEqual({
      value: { storePathIndex: 0, fileSize: 6, extension: 'txt' },
      headSize: 15,
      contentSize: 6,
    })
  })

  it('take content of any size in 2^53', () => {
    const head = hex(`ff ${number8(2 ** 53 - 1 - 15)} 000000000000`)
    expect(decodeStreamHead(storageCommands.uploadFile, head, 2 ** 53 - 1)).toMatchObject({
      value: { storePathIndex: 255, extension: '' },
      contentSize: 2 ** 53 - 16,
    })
  })

  it('refuse a negative size and one that ends before or behind the body', () => {
    for (const size of ['ffffffffffffffff', number8(5), number8(7), '7fffffffffffffff']) {
      const head = hex(`00 ${size} 747874000000`)
      expect(() => decodeStreamHead(storageCommands.uploadFile, head, 21)).toThrow(ProtocolError)
    }
  })

  it('announce a size but send no content in SYNC_CREATE_FILE of status 17', () => {
    const name = 'M00/00/00/oYYBAGsBGgKAHGOfAAAAAAAAAAA123.txt'
    const head = hex(`${number8(44)} ${number8(1000)} 6b01172c ${group1} ${Buffer.from(name).toString('hex')}`)
    const command = storageCommands.syncCreateFile
    expect(decodeStreamHead(command, head, head.length, 17)).toMatchObject({
      value: { fileSize: 1000, name },
      contentSize: 0,
    })
    expect(() => decodeStreamHead(command, head, head.length, 0)).toThrow(ProtocolError)
    expect(decodeStreamHead(command, head, head.length + 1000, 0)).toMatchObject({ contentSize: 1000 })
  })

  it('refuse a negative size also where no content follows', () => {
    const name = 'M00/00/00/oYYBAGsBGgKAHGOfAAAAAAAAAAA123.txt'
    const head = hex(`${number8(44)} ffffffffffffffff 6b01172c ${group1} ${Buffer.from(name).toString('hex')}`)
    expect(() => decodeStreamHead(storageCommands.syncCreateFile, head, head.length, 17)).toThrow(ProtocolError)
  })

  it('refuse names of 128 characters before they are read', () => {
    const head = hex(`${number8(128)} ${number8(0)} 6b01172c ${group1} ${'61'.repeat(128)}`)
    expect(() => decodeStreamHead(storageCommands.syncCreateFile, head, head.length)).toThrow(
      'SYNC_CREATE_FILE request.name: 128 bytes do not fit this field',
    )
  })
})

it('WATERMARK is one unix time', () => {
  both(storageCommands.watermark.request, hex('000000006b01161e'), { timestamp: 0x6b01161e })
})

describe('STATUS', () => {
  const { response } = storageCommands.status
  const told = { version: '0.1.0', httpPort: 8888, kids: ['k1', 'k2'], storageId: '100001', group: 'group1' }
  const answer = { ...told, commands: [207] }

  it('is JSON text', () => {
    const json =
      '{"version":"0.1.0","httpPort":8888,"kids":["k1","k2"],"storageId":"100001","group":"group1","commands":[207]}'
    both(response, Buffer.from(json), answer)
  })

  it('tells no later commands where it is of a version that knew none', () => {
    expect(response.decode(Buffer.from(JSON.stringify(told)))).toEqual({ ...told, commands: [] })
  })

  it('may hold fields that are not known yet', () => {
    expect(response.decode(Buffer.from(JSON.stringify({ ...answer, files: 5 })))).toEqual(answer)
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a port that is a text', JSON.stringify({ ...answer, httpPort: '8888' })],
    ['a port above 65535', JSON.stringify({ ...answer, httpPort: 65_536 })],
    ['no kids', JSON.stringify({ ...answer, kids: undefined })],
    ['a kid that is a number', JSON.stringify({ ...answer, kids: [1] })],
    ['no group', JSON.stringify({ ...answer, group: undefined })],
    ['a command that is a text', JSON.stringify({ ...answer, commands: ['207'] })],
  ])('is refused with %s', (_what, json) => {
    expect(() => response.decode(Buffer.from(json))).toThrow(ProtocolError)
  })

  it('is refused when it is no UTF-8', () => {
    expect(() => response.decode(hex('22ff22'))).toThrow(ProtocolError)
  })
})

it('docs/wire-protocol.md has a row with code and name for every command, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/wire-protocol.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| (\d+) \| ([A-Z_]+)/gm)].map(([, code, name]) => `${code} ${name}`)
  const commands = [...Object.values(trackerCommands), ...Object.values(storageCommands)]
  expect(rows.toSorted()).toEqual(commands.map(({ code, name }) => `${code} ${name}`).toSorted())
})
