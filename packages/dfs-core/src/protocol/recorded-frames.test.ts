import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError, Status } from '../errors.ts'
import type { Command, StreamedCommand } from './command.ts'
import { decodeStreamHead } from './command.ts'
import { storageCommands } from './storage-commands.ts'
import { trackerCommands } from './tracker-commands.ts'

// Frames recorded from FastDFS 6.16.1 (testdata/README.md). `facts` is what the recorder, which shares no code with
// us, read from the body: name, offset, length and value of each field in the order of the wire.

type Fact = readonly [name: string, offset: number, length: number, value: string | number | null]

interface Frame {
  readonly from: string
  readonly to: 'tracker' | 'storage'
  readonly dir: 'request' | 'response'
  readonly code: number
  readonly name: string
  readonly status: number
  readonly length: number
  /** Hexadecimal; the front of the body only when it is longer. */
  readonly body: string
  /** Requests: the status that the C server answered; null when it closed without a word. */
  readonly answer?: number | null
  readonly facts: readonly Fact[]
}

type Row = Command<unknown, unknown> & Partial<Pick<StreamedCommand<Record<string, unknown>, unknown>, 'stream'>>
type StreamedRow = StreamedCommand<Record<string, unknown>, unknown>

const tables: Record<Frame['to'], readonly Row[]> = {
  tracker: Object.values(trackerCommands),
  storage: Object.values(storageCommands) as readonly Row[],
}

function readFrames(to: Frame['to']): Frame[] {
  const file = new URL(`../../testdata/frames-to-${to}.jsonl`, import.meta.url)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Frame)
}

const frames = [...readFrames('tracker'), ...readFrames('storage')]
const rowOf = (frame: Frame) => tables[frame.to].find(({ code }) => code === frame.code)
const bodyOf = (frame: Frame) => Buffer.from(frame.body, 'hex')
const isWhole = (frame: Frame) => bodyOf(frame).length === frame.length
const describeFrame = (frame: Frame) => `${frame.from} ${frame.name} ${frame.dir} ${frame.body.slice(0, 160)}`

/** Decodes a frame: a whole body, or the head of a streamed one. */
function decode(row: Row, frame: Frame): unknown {
  if (frame.dir === 'response') return row.response.decode(bodyOf(frame))
  if (row.stream === undefined) return row.request.decode(bodyOf(frame))
  return decodeStreamHead(row as StreamedRow, bodyOf(frame), frame.length, frame.status).value
}

function encode(row: Row, frame: Frame, value: unknown): Buffer {
  return (frame.dir === 'response' ? row.response : row.request).encode(value)
}

type Leaf = readonly [name: string, value: string | number]

/** Names and values at the ends of a decoded value, in their order on the wire. */
function leavesOf(value: unknown, name: string): Leaf[] {
  if (typeof value === 'string' || typeof value === 'number') return [[name, value]]
  if (typeof value === 'boolean') return [[name, Number(value)]]
  if (Buffer.isBuffer(value)) return [[name, value.toString('latin1')]]
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return name === 'lines' || name === 'trackers' ? [[name, value.map((line) => `${line}\n`).join('')]] : []
  }
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, name))
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => leavesOf(item, key))
  }
  return []
}

/** The recorder's name for a field → ours, where turning it into camel case does not do. */
const ourNames: Readonly<Record<string, string>> = {
  group_name: 'group',
  ip_addr: 'ip',
  filename: 'name',
  dest_filename: 'name',
  appender_filename: 'name',
  src_filename: 'sourceName',
  master_filename: 'masterName',
  ext_name: 'extension',
  prefix_name: 'prefix',
  src_file_sig: 'signature',
  my_server_id: 'id',
  storage_id: 'id',
  dest_storage_id: 'id',
  src_id: 'sourceId',
  until_timestamp: 'until',
  src_op_timestamp: 'timestamp',
  last_sync_src_timestamp: 'timestamp',
  start_offset: 'offset',
  file_offset: 'offset',
  bytes: 'size',
  download_bytes: 'size',
  append_size: 'size',
  modify_size: 'size',
  binlog_size: 'size',
  truncated_size: 'newSize',
  old_file_size: 'oldSize',
  new_file_size: 'newSize',
  create_timestamp: 'mtime',
  op_flag: 'flag',
  op_type: 'operator',
  alloc_count: 'allocated',
  alloc: 'allocated',
  current_count: 'current',
  max_count: 'max',
  avail_mb: 'availableMb',
  last_heartbeat_time: 'lastHeartBeatTime',
  new_status: 'status',
  my_status: 'status',
  if_leader: 'isLeader',
  if_trunk_server: 'isTrunkServer',
  server_port: 'port',
  sub_path_high: 'high',
  sub_path_low: 'low',
  current_tracker_ip: 'trackerIp',
  tracker_list: 'trackers',
  start_index: 'start',
  total_count: 'total',
  'storage_ids text lines': 'lines',
  'changelog lines: ts group id status newid': 'lines',
  'file content': 'chunk',
  file_content: 'content',
  file_index: 'index',
  'ini text': 'ini',
  'binlog lines': 'binlog',
  trunk_binlog_lines: 'binlog',
  leader: 'address',
  leader_ip_port: 'address',
  trunk_total_free_space: 'freeMb',
  current_trunk_file_id: 'trunkFileId',
  old_ip: 'oldIp',
  new_ip: 'newIp',
}

/** The same by command, where the recorder's word means several fields of ours. */
const ourNamesByCode: Readonly<Record<string, string>> = {
  'tracker 60 response ip': 'ips',
  'tracker 70 request ip_addr': 'address',
  'tracker 71 request ip_addr': 'address',
  'tracker 81 request storage_id': 'storageId',
  'tracker 90 response current_trunk_file_id': 'currentTrunkFileId',
  'tracker 91 response current_trunk_file_id': 'currentTrunkFileId',
  'storage 22 response file_size': 'size',
  'storage 27 request file_size': 'size',
}

/** Lengths and counts, which are no values of ours, and content behind the head of a streamed command. */
const isCount = (name: string) => /_len$|^count$|^current_count$|^tracker_count$|^change_flags$/.test(name)

function leafName(frame: Frame, factName: string): string {
  const last = factName
    .replace(/\([^)]*\)$/, '')
    .replace(/^.*\]\.|^conn\.|\[\d+\]$/g, '')
    .replace(/^conn\./, '')
  const camel = last.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())
  return ourNamesByCode[`${frame.to} ${frame.code} ${frame.dir} ${last}`] ?? ourNames[last] ?? camel
}

/** The recorder leaves the list of trunk servers in the answer to PING_LEADER whole: 16 bytes group, 16 bytes id. */
function splitFacts(frame: Frame): readonly Fact[] {
  const text = frame.facts[0]?.[3]
  if (!(frame.code === 65 && frame.dir === 'response' && typeof text === 'string')) return frame.facts
  const names = ['group_name', 'storage_id']
  return Array.from({ length: text.length / 16 }, (_, i): Fact => {
    const part = text.slice(16 * i, 16 * (i + 1))
    return [names[i % 2] ?? '', 16 * i, 16, part.replace(/\0.*$/, '')]
  })
}

function expectedLeaves(frame: Frame, headSize: number): Leaf[] {
  const plain = (name: string) => name.replace(/\([^)]*\)$/, '')
  const isContent = ([name, offset]: Fact) =>
    frame.dir === 'request' && offset === headSize && /^(file_)?content$/.test(plain(name))
  return splitFacts(frame)
    .filter((fact) => !isCount(plain(fact[0])) && fact[1] <= headSize && !isContent(fact))
    .map(([name, offset, length, value]): Leaf => {
      if (name.endsWith('(signed)') && typeof value === 'number') return [leafName(frame, name), (value << 24) >> 24]
      const isClipped = value === null || /^<\d+ bytes>$/.test(String(value))
      return [leafName(frame, name), isClipped ? bodyOf(frame).toString('latin1', offset, offset + length) : value]
    })
}

/** Our leaves without empty texts at the end, for which the recorder has no fact. */
function trimLeaves(leaves: Leaf[], length: number): Leaf[] {
  while (leaves.length > length && leaves.at(-1)?.[1] === '') leaves.pop()
  return leaves
}

/** The body with zeros behind the first NUL of its texts: C senders leave garbage there (client protocol §1.2). */
function withoutGarbage(frame: Frame): Buffer {
  const body = bodyOf(frame)
  for (const [, offset, length, value] of frame.facts) {
    if (typeof value === 'string' && length <= 52 && !/^<\d+ bytes>$/.test(value)) {
      const end = body.subarray(offset, offset + length).indexOf(0)
      if (end >= 0) body.fill(0, offset + end, offset + length)
    }
  }
  return body
}

const isEcho = (frame: Frame) => frame.dir === 'response' && frame.length > 0 && frame.facts.length === 0
/** C cuts names at a NUL; we do not write such names. */
const holdsNul = (frame: Frame) =>
  frame.facts.some(([name, , , value]) => name === 'filename' && /\0/.test(String(value)))
/** GET_GROUP_NAME: the recorder does not take its body apart. */
const isOpaque = (frame: Frame) => frame.code === 109

/** What a C server took as well-formed, and what it answered with success. */
const wellFormed = frames.filter((frame) => {
  const row = rowOf(frame)
  if (row === undefined || isEcho(frame) || isOpaque(frame) || holdsNul(frame)) return false
  if (frame.dir === 'response') return frame.status === Status.OK && isWhole(frame)
  return frame.answer !== Status.EINVAL && frame.answer !== null && (isWhole(frame) || row.stream !== undefined)
})

const wellFormedByCommand = new Map<string, Frame[]>()
for (const frame of wellFormed) {
  const key = `${frame.code} ${frame.name} ${frame.dir} (${frame.to})`
  wellFormedByCommand.set(key, [...(wellFormedByCommand.get(key) ?? []), frame])
}

describe('frames recorded from FastDFS 6.16.1', () => {
  it.each([...wellFormedByCommand])(
    'of %s decode to the recorded facts and encode to the recorded bytes',
    (_name, group) => {
      for (const frame of group) {
        const row = rowOf(frame) as Row
        const value = decode(row, frame)
        const bytes = encode(row, frame, value)
        const headSize = row.stream !== undefined && frame.dir === 'request' ? bytes.length : frame.length
        const what = describeFrame(frame)
        const expected = expectedLeaves(frame, headSize)
        expect({ what, leaves: trimLeaves(leavesOf(value, ''), expected.length) }).toEqual({ what, leaves: expected })
        expect({ what, hex: bytes.toString('hex') }).toEqual({
          what,
          hex: withoutGarbage(frame).subarray(0, headSize).toString('hex'),
        })
      }
    },
  )

  it('cover every command that a client or storage sends', () => {
    const covered = new Set(wellFormed.filter(({ dir }) => dir === 'request').map(({ to, code }) => `${to} ${code}`))
    const missing = (['tracker', 'storage'] as const).flatMap((to) =>
      tables[to].filter(({ code }) => !covered.has(`${to} ${code}`)).map(({ name }) => name),
    )
    // Not answered, answered with an error only, or Cairn's own: commands.test.ts and cairn-commands.test.ts have them
    // byte by byte.
    expect(missing.sort()).toEqual([
      'FETCH_ONE_PATH_BINLOG',
      'HELLO',
      'PART_COMMIT',
      'PART_DROP',
      'PART_STAT',
      'PART_WRITE',
      'QUIT',
      'QUIT',
      'STATUS',
      'STORAGE_GET_GROUP_NAME',
      'STORAGE_REPORT_IP_CHANGED',
      'STORAGE_SYNC_DEST_QUERY',
      'SYNC_CREATE_FILES',
      'WATERMARK',
    ])
  })

  it('that echo the request in the answer are read as empty answers', () => {
    const echoes = frames.filter((frame) => isEcho(frame) && rowOf(frame) !== undefined)
    expect(echoes.map(({ code }) => code)).toEqual(expect.arrayContaining([24, 34, 36, 40]))
    for (const frame of echoes) expect(rowOf(frame)?.response.decode(bodyOf(frame))).toEqual({})
  })

  it('are never refused where the C server answered anything but EINVAL', () => {
    for (const frame of frames) {
      const row = rowOf(frame)
      if (row === undefined || frame.dir === 'response' || frame.answer === Status.EINVAL || frame.answer === null)
        continue
      if (!isWhole(frame) && row.stream === undefined) continue
      expect(() => decode(row, frame), describeFrame(frame)).not.toThrow()
    }
  })

  it('are refused where the C server found the body malformed, not only a value in it', () => {
    const invalid = frames.filter(
      (frame) => frame.dir === 'request' && frame.answer === Status.EINVAL && rowOf(frame) !== undefined,
    )
    const accepted = invalid.filter((frame) => isDecodable(frame)).map(({ to, code }) => `${to} ${code}`)
    const counts = Object.fromEntries(
      [...new Set(accepted)].map((key) => [key, accepted.filter((k) => k === key).length]),
    )
    expect(invalid.length - accepted.length).toBeGreaterThan(30)
    // Well-formed here, refused by C: requests of older versions (69, 70, 71), an empty one without JOIN (77), and
    // values that only a handler can judge (index, group, extension, offset, kind of the file, feature off).
    expect(counts).toEqual({
      'tracker 63': 1,
      'tracker 69': 1,
      'tracker 70': 1,
      'tracker 71': 1,
      'tracker 77': 1,
      'storage 11': 5,
      'storage 12': 2,
      'storage 13': 1,
      'storage 14': 9,
      'storage 20': 2,
      'storage 21': 4,
      'storage 22': 1,
      'storage 24': 3,
      'storage 26': 1,
      'storage 27': 1,
      'storage 31': 1,
      'storage 34': 4,
      'storage 36': 2,
      'storage 38': 2,
    })
  })
})

function isDecodable(frame: Frame): boolean {
  try {
    decode(rowOf(frame) as Row, frame)
    return true
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

describe('recorded bodies', () => {
  it('of constant size are refused when cut at any length', () => {
    let cuts = 0
    for (const frame of wellFormed.filter(isWhole)) {
      const row = rowOf(frame) as Row
      const layout = frame.dir === 'response' ? row.response : row.request
      if (layout.size === undefined || row.stream !== undefined) continue
      for (let length = 0; length < layout.size; length++) {
        expect(() => layout.decode(bodyOf(frame).subarray(0, length))).toThrow(ProtocolError)
        cuts++
      }
    }
    expect(cuts).toBeGreaterThan(1000)
  })

  it('of other sizes are refused when cut, or are what the shorter value encodes to', () => {
    for (const frame of wellFormed.filter(isWhole)) {
      const row = rowOf(frame) as Row
      const layout = frame.dir === 'response' ? row.response : row.request
      if (layout.size !== undefined || row.stream !== undefined) continue
      const whole = withoutGarbage(frame)
      for (let length = 0; length < frame.length; length++) {
        const cut = whole.subarray(0, length)
        const value = valueOrRefusal(() => layout.decode(cut))
        const again = value === undefined ? cut : layout.encode(value)
        if (!isTolerated(frame.code, length)) expect(again.equals(cut), describeFrame(frame)).toBe(true)
      }
    }
  })

  it('of streamed commands are refused when cut inside the head or when the size is another', () => {
    for (const frame of wellFormed.filter((one) => one.dir === 'request' && rowOf(one)?.stream !== undefined)) {
      const row = rowOf(frame) as StreamedRow
      const { headSize, contentSize } = decodeStreamHead(row, bodyOf(frame), frame.length, frame.status)
      expect(headSize + contentSize).toBe(frame.length)
      expect(headSize).toBeLessThanOrEqual(row.request.sizeMax)
      for (let length = 0; length < headSize; length++) {
        const front = bodyOf(frame).subarray(0, length)
        expect(() => decodeStreamHead(row, front, frame.length, frame.status)).toThrow(ProtocolError)
      }
      for (const length of [frame.length - 1, frame.length + 1, 0]) {
        expect(() => decodeStreamHead(row, bodyOf(frame), length, frame.status)).toThrow(ProtocolError)
      }
    }
  })

  it('with changed bytes give ProtocolError or a value, never another error', () => {
    const change = fc.record({ frame: fc.constantFrom(...wellFormed), at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(change, ({ frame, at, byte }) => {
        const body = Buffer.from(bodyOf(frame))
        if (body.length > 0) body[at % body.length] = byte
        valueOrRefusal(() => decode(rowOf(frame) as Row, { ...frame, body: body.toString('hex') }))
      }),
      { numRuns: 5000 },
    )
  })
})

/** Bodies of older versions, padded ids, last lines without LF, and change replies without their flags byte. */
function isTolerated(code: number, length: number): boolean {
  if ((code === 90 || code === 91) && length % GROUP_RECORD_SIZE_OLD === 0) return true
  return [60, 69, 81, 92, 93, 94].includes(code) || ([83, 84, 89].includes(code) && length === 0)
}

const GROUP_RECORD_SIZE_OLD = 105

function valueOrRefusal<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

it('random bytes give ProtocolError or a value in every decoder, never another error', () => {
  const rows = [...tables.tracker, ...tables.storage]
  const input = fc.record({
    row: fc.constantFrom(...rows),
    bytes: fc.uint8Array({ maxLength: 700, size: 'max' }),
    length: fc.oneof(fc.nat(1000), fc.maxSafeNat()),
  })
  fc.assert(
    fc.property(input, ({ row, bytes, length }) => {
      const body = Buffer.from(bytes)
      valueOrRefusal(() => row.response.decode(body))
      if (row.stream === undefined) valueOrRefusal(() => row.request.decode(body))
      else valueOrRefusal(() => decodeStreamHead(row as StreamedRow, body, length))
    }),
    { numRuns: 10_000 },
  )
})
