// `npm run bench`: uploads and downloads per second over TCP and HTTP beside what this machine does without any server.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type BenchCluster, startBenchCluster } from './bench-cluster.ts'
import { downloadTicket, uploadTicket } from './bench-tickets.ts'
import { downloadRequest, FrameReader, fileIdOf, uploadRequest } from './fastdfs-wire.ts'
import { getRequest, HttpReader, tusUploadRequest } from './http-wire.ts'
import { runLoad } from './lane.ts'
import { createFilesLoop, loopbackCopy, readFilesLoop } from './machine.ts'
import { formatRow, headline, megabytes, type Row } from './table.ts'

const SIZES = [
  { name: '4 KB', bytes: 4 * 1024, connections: 8, countMax: 60_000 },
  { name: '50 KB', bytes: 50 * 1024, connections: 8, countMax: 20_000 },
  { name: '1 MB', bytes: 1024 * 1024, connections: 8, countMax: 2_000 },
  { name: '100 MB', bytes: 100 * 1024 * 1024, connections: 4, countMax: 16 },
]
type Size = (typeof SIZES)[number]
const PIECE_BYTES = 1024 * 1024
/** Downloads go round over this many of the uploaded files. */
const FILES_READ_MAX = 4000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    folder: { type: 'string', default: os.tmpdir() },
    size: { type: 'string', multiple: true },
  },
})
const seconds = Number(values.seconds)
if (!(seconds > 0)) throw new Error(`--seconds wants a positive number, not "${values.seconds}"`)
const sizes = values.size ? SIZES.filter((size) => values.size?.includes(size.name)) : SIZES
if (sizes.length === 0) throw new Error(`--size is one of: ${SIZES.map((size) => `"${size.name}"`).join(', ')}`)

const folder = mkdtempSync(path.join(values.folder, 'cairn-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const loopback = await loopbackCopy(Math.min(seconds, 2))
process.stdout.write(
  `Node.js ${process.version}, ${os.cpus().length} cores (${os.cpus()[0]?.model ?? 'unknown'}), ${seconds} s a cell\n` +
    `raw loopback copy, one connection: ${megabytes(loopback)} MB/s\n\n${headline()}`,
)
for (const size of sizes) await benchSize(size)

function print(size: Size, row: Omit<Row, 'sizeName' | 'sizeBytes'>): void {
  process.stdout.write(formatRow({ sizeName: size.name, sizeBytes: size.bytes, ...row }))
}

async function benchSize(size: Size): Promise<void> {
  const loops = path.join(folder, `loop-${size.bytes}`)
  const created = createFilesLoop(loops, { size: size.bytes, seconds, countMax: size.countMax })
  print(size, { what: 'plain loop: create and write', result: created })
  const read = readFilesLoop(loops, { size: size.bytes, seconds: Math.min(seconds, 1), count: created.count })
  const cluster = await startBenchCluster(path.join(folder, `cluster-${size.bytes}`))
  try {
    const fileIds = await benchUploads(cluster, size, created.perSecond)
    print(size, { what: 'plain loop: open and read', result: read })
    await benchDownloads({ cluster, size, fileIds, machinePerSecond: Math.min(read.perSecond, loopback / size.bytes) })
  } finally {
    await cluster.close()
    // Not before: ext4 without a journal makes new files slowly for some seconds after many were deleted.
    rmSync(loops, { recursive: true, force: true })
  }
  process.stdout.write('\n')
}

async function benchUploads(cluster: BenchCluster, size: Size, machinePerSecond: number): Promise<string[]> {
  const chunk = Buffer.alloc(Math.min(size.bytes, PIECE_BYTES), 'cairn bench ')
  const plan = { host: cluster.host, connections: size.connections, seconds, operationsMax: size.countMax }
  const fileIds: string[] = []
  settleDisk()
  const upload = uploadRequest(size.bytes, chunk)
  const tcp = await runLoad({
    ...plan,
    port: cluster.storagePort,
    request: () => upload,
    reader: () => new FrameReader({ onBody: (body) => fileIds.push(fileIdOf(body)) }),
  })
  print(size, { what: 'upload, FastDFS TCP', result: tcp, machinePerSecond })

  // Tickets are made before the clock runs: signing them is the web server's work, not the storage's.
  const tickets = Array.from({ length: size.countMax }, () => uploadTicket(cluster, size.bytes))
  const host = `${cluster.host}:${cluster.httpPort}`
  settleDisk()
  const http = await runLoad({
    ...plan,
    port: cluster.httpPort,
    request: () => tusUploadRequest({ host, ticket: tickets.pop() ?? '', size: size.bytes, chunk }),
    reader: () => new HttpReader({ status: 201 }),
  })
  print(size, { what: 'upload, tus over HTTP, synced', result: http, machinePerSecond })
  return fileIds
}

async function benchDownloads(options: {
  cluster: BenchCluster
  size: Size
  fileIds: string[]
  machinePerSecond: number
}): Promise<void> {
  const { cluster, size, machinePerSecond } = options
  const fileIds = options.fileIds.slice(0, FILES_READ_MAX)
  const host = `${cluster.host}:${cluster.httpPort}`
  const plan = { host: cluster.host, connections: size.connections, seconds, operationsMax: size.countMax * 20 }
  const asked = fileIds.map(downloadRequest)
  const tcp = await runLoad({
    ...plan,
    port: cluster.storagePort,
    request: (lane, sequence) => pick(asked, lane, sequence),
    reader: () => new FrameReader({ sizeWanted: size.bytes }),
  })
  print(size, { what: 'download, FastDFS TCP', result: tcp, machinePerSecond })

  const gets = fileIds.map((fileId) =>
    getRequest({ host, fileId, ticket: downloadTicket(cluster, fileId, size.bytes) }),
  )
  const http = await runLoad({
    ...plan,
    port: cluster.httpPort,
    request: (lane, sequence) => pick(gets, lane, sequence),
    reader: () => new HttpReader({ status: 200, sizeWanted: size.bytes }),
  })
  print(size, { what: 'download, HTTP', result: http, machinePerSecond })
}

/** What earlier rows left in the page cache must not be written during the next one. */
function settleDisk(): void {
  execFileSync('sync')
}

/** Lanes start far apart, so that they do not read the same file at the same time. */
function pick<T>(items: T[], lane: number, sequence: number): T {
  const item = items[(lane * 7919 + sequence) % items.length]
  if (item === undefined) throw new Error('nothing was uploaded, so nothing can be downloaded')
  return item
}
