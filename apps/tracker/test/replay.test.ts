import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildStorageIds, parseStorageIds } from '../src/cluster/storage-ids.ts'
import { defaultTrackerConfig, type TrackerConfig } from '../src/config.ts'
import { type RunningTracker, startTracker } from '../src/tracker.ts'
import { until } from './support/until.ts'
import { Wire } from './support/wire.ts'

// What a FastDFS tracker was asked, sent to ours byte by byte, and what it answered, compared byte by byte
// (testdata/captures/README.md). Masked are only times of the tracker's own clock, its port, version and connection
// counts, and what FastDFS leaves behind a NUL; everything else that differs is listed with its reason.

interface Recorded {
  time: number
  stream: number
  from: string
  kind: 'request' | 'response'
  code: number
  status: number
  body: Buffer
}

interface Script {
  records: Recorded[]
  /** Where the tracker listens. */
  address: string
  /** Connections that the recorded storage server lost, and when. */
  ends?: Map<number, number>
  restartAt?: number
}

const QUIT = 82
const captures = fileURLToPath(new URL('../testdata/captures/', import.meta.url))
let folder = ''
const cleanups: (() => Promise<void>)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracker-replay-'))
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  rmSync(folder, { recursive: true, force: true })
})

function readCapture(name: string): Recorded[] {
  const lines = readFileSync(captures + name, 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => {
    const [time, stream, from, kind, code, status, body] = JSON.parse(line)
    return { time, stream, from, kind, code, status, body: Buffer.from(body, 'hex') }
  })
}

/** Sends what was recorded and collects the answers that differ, as `<index> <command>: <what>`. */
class Replay {
  readonly differences: string[] = []
  compared = 0
  readonly #config: TrackerConfig
  readonly #script: Script
  readonly #connections = new Map<number, Wire>()
  readonly #logged: string[] = []
  #tracker: RunningTracker | null = null
  #now = 0

  constructor(config: TrackerConfig, script: Script) {
    this.#config = config
    this.#script = script
  }

  async run(): Promise<this> {
    const { records, restartAt = Number.POSITIVE_INFINITY } = this.#script
    this.#now = Math.floor(records[0]?.time ?? 0)
    await this.#start(0)
    for (const [index, record] of records.entries()) {
      await this.#endConnections(record.time)
      const before = records[index - 1]?.time ?? 0
      if (before <= restartAt && record.time > restartAt) await this.#restart()
      this.#now = Math.floor(record.time)
      if (record.kind === 'request') await this.#ask(index, record)
    }
    await this.close()
    return this
  }

  async close(): Promise<void> {
    for (const wire of this.#connections.values()) wire.close()
    await this.#tracker?.close()
    this.#tracker = null
  }

  async #start(port: number): Promise<void> {
    const logger = pino({ level: 'info' }, { write: (line) => void this.#logged.push(line) })
    this.#tracker = await startTracker({ ...this.#config, port }, logger, () => this.#now)
  }

  async #restart(): Promise<void> {
    const port = this.#tracker?.tcpPort ?? 0
    await this.#tracker?.close()
    await this.#start(port)
  }

  async #endConnections(time: number): Promise<void> {
    for (const [stream, end] of this.#script.ends ?? []) {
      const wire = this.#connections.get(stream)
      if (end > time || wire === undefined) continue
      const logged = this.#logged.length
      wire.close()
      this.#connections.delete(stream)
      await until(() => this.#logged.length > logged)
    }
  }

  async #ask(index: number, { stream, code, from, body }: Recorded): Promise<void> {
    const { records, address } = this.#script
    const want = records.slice(index).find((other) => other.stream === stream && other.kind === 'response')
    // The recorded tracker was stopped before it answered.
    if (code !== QUIT && want === undefined) return
    const port = this.#tracker?.tcpPort ?? 0
    const wire = this.#connections.get(stream) ?? (await Wire.open(port, address, from))
    this.#connections.set(stream, wire)
    wire.send(code, withPort(body, port))
    if (code === QUIT) return await wire.closedByServer()
    if (want === undefined) return
    const difference = compare(code, await wire.answer(), want)
    this.compared++
    if (difference !== '') this.differences.push(`${index} ${code}: ${difference}`)
  }
}

async function replay(config: TrackerConfig, script: Script): Promise<Replay> {
  const run = new Replay(config, script)
  cleanups.push(() => run.close())
  return await run.run()
}

/** A storage server names its trackers with their port, which is another one here. */
function withPort(body: Buffer, port: number): Buffer {
  const at = body.indexOf(':22122\n')
  if (at >= 0) body.write(`:${port}`, at)
  return body
}

function compare(code: number, got: { status: number; body: Buffer }, want: { status: number; body: Buffer }): string {
  if (got.status !== want.status) return `status ${got.status} instead of ${want.status}`
  if (got.body.length !== want.body.length) return `${got.body.length} bytes instead of ${want.body.length}`
  const [left, right] = [masked(code, got.body), masked(code, want.body)]
  const at = left.findIndex((byte, offset) => byte !== right[offset])
  return at < 0 ? '' : `byte ${at} is ${left[at]} instead of ${right[at]}`
}

/** Ranges of bytes that cannot be the same, by command; `every` repeats them for each record. */
const masks: Record<
  number,
  { start?: number; every?: number; ranges: [from: number, to: number][]; texts?: [number, number][] }
> = {
  // The second that a full sync starts from: the recorded tracker's clock was a second behind.
  86: { ranges: [[16, 24]] },
  87: { ranges: [[16, 24]] },
  77: { ranges: [[0, 10]] },
  // Last beat.
  92: { every: 487, ranges: [[478, 486]] },
  // Port of the leader.
  95: { ranges: [[11, 16]] },
  96: {
    start: 1,
    every: 90,
    ranges: [
      [11, 16],
      [58, 66],
      [66, 74],
      [74, 82],
    ],
    texts: [
      [0, 52],
      [66, 74],
    ],
  },
  97: {
    start: 6,
    every: 106,
    ranges: [[98, 106]],
    texts: [
      [0, 16],
      [16, 68],
      [82, 90],
    ],
  },
  98: { start: 5, every: 59, ranges: [], texts: [[0, 17]] },
}

function masked(code: number, body: Buffer): Buffer {
  const bytes = Buffer.from(body)
  const isChangeReply = code === 83 || code === 84 || code === 89
  // The leader's record comes first, its port behind one byte of status.
  if (isChangeReply && ((bytes[0] ?? 0) & 1) === 1) bytes.fill(0, 2, 6)
  const mask = masks[code]
  if (mask === undefined) return bytes
  const { start = 0, every = bytes.length, ranges, texts = [] } = mask
  for (let record = start; record < bytes.length; record += every) {
    for (const [from, to] of texts) {
      const end = bytes.subarray(record + from, record + to).indexOf(0)
      if (end >= 0) bytes.fill(0, record + from + end, record + to)
    }
    for (const [from, to] of ranges) bytes.fill(0, record + from, record + to)
  }
  return bytes
}

/** The settings of the recorded trackers: what PARAMETERS told, and what the answers show. */
function recordedConfig(): TrackerConfig {
  const base = defaultTrackerConfig(folder)
  return {
    ...base,
    port: 0,
    http: { bindAddress: '127.0.0.1', port: -1 },
    cluster: { ...base.cluster, reservedSpace: { kind: 'ratio', ratio: 0.05 } },
    trunk: {
      ...base.trunk,
      slotMaxSize: 1_048_576,
      allocAlignmentSize: 256,
      createFileSpaceThreshold: 21_474_836_480,
      freeSpaceMerge: true,
      compressBinlogMinInterval: 86_400,
      compressBinlogInterval: 86_400,
      binlogMaxBackups: 7,
    },
  }
}

it('answers storage servers and clients without storage ids as FastDFS does', async () => {
  const { differences, compared } = await replay(recordedConfig(), {
    records: readCapture('c1-default-config.jsonl'),
    address: '127.0.71.1',
    ends: new Map([
      [258, 1_795_233_188.6],
      [358, 1_795_233_228.9],
    ]),
    restartAt: 1_795_233_269.08,
  })
  expect(compared).toBe(352)
  expect(differences).toEqual([
    // The recorded tracker led only a second after the first JOIN, ours leads at once: leader and list come one beat
    // earlier, and again so after the restart.
    '13 83: 135 bytes instead of 1',
    '377 83: 135 bytes instead of 202',
    '700 83: 135 bytes instead of 1',
    '706 83: 1 bytes instead of 135',
  ])
})

it('answers storage servers and clients with storage ids as FastDFS does', async () => {
  const text = '100001 group1 127.0.74.11\n100002 group1 127.0.74.12\n'
  const config = recordedConfig()
  const { differences, compared } = await replay(
    {
      ...config,
      storageIds: buildStorageIds(parseStorageIds(text, 'storage_ids.conf'), 'storage_ids.conf'),
      cluster: { ...config.cluster, idInFileName: true },
    },
    {
      records: readCapture('c3-storage-ids.jsonl'),
      address: '127.0.74.1',
      ends: new Map([[3, 1_795_234_318.9]]),
    },
  )
  expect(compared).toBe(148)
  expect(differences).toEqual([
    '13 83: 135 bytes instead of 1',
    // The free space of a group is the least of its writable members; FastDFS also took it from the newcomer, which was
    // still waiting for its files and had 1 MB less.
    '41 91: byte 32 is 130 instead of 129',
    '45 91: byte 32 is 130 instead of 129',
    '49 91: byte 32 is 130 instead of 129',
    '53 83: 135 bytes instead of 202',
    '66 91: byte 32 is 130 instead of 129',
  ])
})

it('answers malformed and misplaced requests as FastDFS does', async () => {
  const { differences, compared } = await replay(recordedConfig(), {
    records: readCapture('c1-probe.jsonl'),
    address: '127.0.73.1',
    ends: new Map([[182, 1_795_234_062.8]]),
    // SYNC_DEST_QUERY without JOIN ended the recorded tracker; ours answered EACCES and was restarted here.
    restartAt: 1_795_234_058,
  })
  expect(compared).toBe(210)
  expect(differences).toEqual([
    // Leads at once, as above.
    '11 83: 135 bytes instead of 1',
    '47 83: 1 bytes instead of 135',
    // Requests as before 6.11 and 6.16 are taken too.
    '245 69: status 95 instead of 22',
    '261 70: status 0 instead of 22',
    '269 71: status 2 instead of 22',
    // Leads again at the next beat: the recorded one had been asked to step down (68) and was electing.
    '352 83: 135 bytes instead of 1',
  ])
})
