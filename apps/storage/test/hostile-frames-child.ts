// A tracker, a storage and who means them ill, in a process of its own whose memory is looked at all the time:
// `<folder of the recorded frames>`. Lengths and counts up to 2^63 stand where fields are, in front of a few bytes.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { decodeMetadata, decodeStreamHead, ProtocolError, storageCommands, trackerCommands } from '@cairn/dfs-core'
import fc from 'fast-check'
import { startCluster } from './cluster.ts'
import { frame } from './probe.ts'

const SEED = 20_261_123
const DECODER_RUNS = 4000
const BATCHES = 24
const CONNECTIONS = 40
/** As much as a daemon ever takes into memory of one request, but for Cairn's own with files in them. */
const FULL_BODY_BYTES = 256 * 1024

type Row = Record<'request' | 'response', { decode(bytes: Buffer): unknown }> & { readonly stream?: string }
const tables = {
  tracker: new Map(Object.values(trackerCommands).map((row) => [row.code, row as unknown as Row])),
  storage: new Map(Object.values(storageCommands).map((row) => [row.code, row as unknown as Row])),
}
type Daemon = keyof typeof tables
interface Attack {
  readonly to: Daemon
  readonly code: number
  readonly status: number
  readonly body: Buffer
  /** What the header says of the body. */
  readonly length: bigint
}

const recorded = (['tracker', 'storage'] as const).flatMap((to) => {
  const lines = readFileSync(join(process.argv[2] ?? '', `frames-to-${to}.jsonl`), 'utf8').trim()
  return lines
    .split('\n')
    .map((line) => ({ to, ...(JSON.parse(line) as { code: number; status: number; body: string }) }))
})

const hugeLength = fc.oneof(
  fc.constantFrom(20n, 24n, 28n, 30n, 31n, 32n, 33n, 40n, 53n, 62n).map((bits) => 2n ** bits),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 63n - 1n, -1n, -(2n ** 63n)),
)
const hugeField = fc.tuple(hugeLength, fc.constantFrom(4, 8)).map(([value, size]) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes.subarray(0, size)
})
/** A recorded body with huge numbers in it, mostly where a field begins, or many small fields of nothing. */
const body = fc
  .record({
    frame: fc.constantFrom(...recorded),
    places: fc.array(
      fc.tuple(
        fc.oneof(
          fc.nat(4).map((n) => 8 * n),
          fc.nat(150),
        ),
        hugeField,
      ),
      { maxLength: 4 },
    ),
    tail: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20_000) }),
    filler: fc.constantFrom(0, 1, 0x0a, 0xff),
  })
  .map(({ frame: { to, code, status, body: hex }, places, tail, filler }) => {
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(tail, filler)])
    for (const [at, field] of places) if (at + field.length <= bytes.length) bytes.set(field, at)
    return { to, code, status, body: bytes }
  })
const attack: fc.Arbitrary<Attack> = fc
  .tuple(body, fc.option(hugeLength, { freq: 2 }))
  .map(([sent, length]) => ({ ...sent, length: length ?? BigInt(sent.body.length) }))

const idle = { held: 0, rss: 0 }
const most = { held: 0, rss: 0 }
const count = { decoded: 0, refused: 0, answers: 0, closed: 0 }

/** Buffers count from their allocation on, whether anything was written to them or not. */
function memory(): { held: number; rss: number } {
  const { heapUsed, external, rss } = process.memoryUsage()
  return { held: heapUsed + external, rss }
}

function look(): void {
  const now = memory()
  most.held = Math.max(most.held, now.held - idle.held)
  most.rss = Math.max(most.rss, now.rss - idle.rss)
}

/** What was decoded last is still here while memory is looked at. */
const alive: { value: unknown } = { value: undefined }

function decode(run: () => unknown): void {
  try {
    alive.value = run()
    count.decoded += 1
    look()
  } catch (error) {
    look()
    if (!(error instanceof ProtocolError)) throw error
    count.refused += 1
  }
}

function decodeAll(row: Row, bytes: Buffer, length: number): void {
  decode(() => row.response.decode(bytes))
  if (row.stream === undefined) decode(() => row.request.decode(bytes))
  else decode(() => decodeStreamHead(row as unknown as typeof storageCommands.uploadFile, bytes, length))
}

const cluster = await startCluster()
const ports = { tracker: cluster.tracker.tcpPort, storage: cluster.storages[0]?.running.tcpPort ?? 0 }
gc?.()
Object.assign(idle, memory())

fc.assert(
  fc.property(attack, ({ to, code, body: bytes, length }) => {
    const row = tables[to].get(code)
    if (row !== undefined) decodeAll(row, bytes, Number(length))
  }),
  { seed: SEED, numRuns: DECODER_RUNS },
)
for (const filler of [0, 1, 0x0a, 0xff]) {
  const bytes = Buffer.alloc(FULL_BODY_BYTES, filler)
  for (const row of [...tables.tracker.values(), ...tables.storage.values()]) decodeAll(row, bytes, bytes.length)
  decode(() => decodeMetadata(bytes))
}

/** All of them stand open at once, and nobody sends what he announced; then everybody goes. */
async function attackTogether(attacks: readonly Attack[]): Promise<void> {
  const ends = attacks.map(({ to, code, status, body: bytes, length }) => {
    const socket = connect(ports[to], '127.0.0.1')
    const ended = new Promise<void>((resolve) => {
      socket.on('data', () => {
        count.answers += 1
        look()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => {
        count.closed += 1
        look()
        resolve()
      })
    })
    const header = frame(code, Buffer.alloc(0), status)
    header.writeBigInt64BE(length)
    socket.write(Buffer.concat([header, bytes]))
    return { socket, ended }
  })
  // Answered after those that came before.
  await Promise.all([cluster.storages[0]?.client.activeTest(), cluster.dfs.tracker.listGroups()])
  look()
  for (const { socket } of ends) socket.end()
  await Promise.all(ends.map(({ ended }) => ended))
}

for (const attacks of fc.sample(fc.array(attack, { minLength: CONNECTIONS, maxLength: CONNECTIONS }), {
  seed: SEED,
  numRuns: BATCHES,
})) {
  await attackTogether(attacks)
}
await Promise.all([cluster.storages[0]?.client.activeTest(), cluster.dfs.tracker.listGroups()])
process.send?.({ most, count })
await cluster.close()
process.disconnect?.()
