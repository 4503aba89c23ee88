import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { BenchCluster } from './bench-cluster.ts'
import {
  deleteRequest,
  downloadRequest,
  FrameReader,
  fileIdOf,
  queryStoreRequest,
  uploadRequest,
} from './fastdfs-wire.ts'
import { runLoad, type Speed } from './lane.ts'
import { createFilesLoop, rawExchange, removeFilesLoop } from './machine.ts'
import { withCpu } from './server-cpu.ts'
import { PIECE_BYTES, type Size } from './sizes.ts'

/** One row of the matrix: what was done, and how fast the machine alone and each kind of storage did it. */
export interface Row {
  readonly operation: 'upload' | 'download' | 'delete' | 'tracker query'
  readonly size: Size | null
  readonly connections: number
  readonly machine: Speed
  /** Nothing synced before the answer, as FastDFS does it. */
  readonly async: Speed
  /** `upload_durability = group`; not measured where nothing is written. */
  readonly group: Speed | null
}

interface MatrixOptions {
  readonly folder: string
  readonly async: BenchCluster
  readonly group: BenchCluster
  readonly sizes: readonly Size[]
  readonly connections: readonly number[]
  /** Of every measurement. */
  readonly seconds: number
  /** No measurement writes more. Cells in which not every connection could write one file are left out. */
  readonly bytesMax: number
  onRow(row: Row): void
  /** What else makes new files, before the first ones are removed. */
  beforeDeletions(): Promise<void>
}

const NAME_BYTES = 80
/** Files of this size are few: their deletion does not slow down the next uploads, and their space is needed. */
const DELETE_AT_ONCE_BYTES = 10 * 1024 * 1024
const QUERY_ANSWER_BYTES = 40
const HEADER_BYTES = 10
/** More small files than this make only the deletions at the end longer. */
const FILES_MAX = 60_000

interface Stored {
  readonly size: Size
  readonly connections: number
  readonly async: string[]
  readonly group: string[]
  /** Made by the plain loop. */
  readonly loop: { readonly folder: string; readonly count: number }
}

/** Measures every cell, the machine alone and the storages in turn. Deletions come last: ext4 makes new files slowly for a minute after many were removed. */
export async function runMatrix(options: MatrixOptions): Promise<void> {
  const stored: Stored[] = []
  for (const size of options.sizes) {
    for (const connections of options.connections) {
      if (connections * size.bytes > options.bytesMax) continue
      const files = await benchUpload(options, size, connections)
      await benchDownload(options, files)
      if (size.bytes >= DELETE_AT_ONCE_BYTES) await benchDelete(options, files)
      else stored.push(files)
    }
  }
  for (const connections of options.connections) await benchQuery(options, connections)
  await options.beforeDeletions()
  for (const files of stored) await benchDelete(options, files)
}

async function benchUpload(options: MatrixOptions, size: Size, connections: number): Promise<Stored> {
  const { bytesMax, seconds, folder } = options
  const countMax = Math.min(FILES_MAX, Math.max(connections, Math.floor(bytesMax / size.bytes)))
  const loop = path.join(folder, `loop-${size.bytes}-${connections}`)
  const request = uploadRequest(size.bytes, Buffer.alloc(Math.min(size.bytes, PIECE_BYTES), 'cairn bench '))
  const upload = async (cluster: BenchCluster) => {
    const ids: string[] = []
    settleDisk()
    const plan = {
      host: cluster.host,
      port: cluster.storagePort,
      connections,
      seconds,
      operationsMax: countMax,
      request: () => request,
      reader: () => new FrameReader({ onBody: (body) => ids.push(fileIdOf(body)) }),
    }
    return { speed: await withCpu(cluster.pids().storage, () => runLoad(plan)), ids }
  }
  settleDisk()
  const machine = createFilesLoop(loop, { size: size.bytes, seconds, countMax })
  const plain = await upload(options.async)
  const group = await upload(options.group)
  options.onRow({ operation: 'upload', size, connections, machine, async: plain.speed, group: group.speed })
  return { size, connections, async: plain.ids, group: group.ids, loop: { folder: loop, count: machine.operations } }
}

async function benchDownload(options: MatrixOptions, { size, connections, async: ids }: Stored): Promise<void> {
  const { seconds } = options
  const requests = ids.map(downloadRequest)
  const operationsMax = Number.MAX_SAFE_INTEGER
  const load = { connections, seconds, operationsMax }
  const machine = await rawExchange({ ...load, requestBytes: NAME_BYTES, answerBytes: size.bytes })
  const plan = {
    ...load,
    host: options.async.host,
    port: options.async.storagePort,
    request: (lane: number, sequence: number) => pick(requests, lane, sequence),
    reader: () => new FrameReader({ sizeWanted: size.bytes }),
  }
  const speed = await withCpu(options.async.pids().storage, () => runLoad(plan))
  options.onRow({ operation: 'download', size, connections, machine, async: speed, group: null })
}

async function benchDelete(options: MatrixOptions, stored: Stored): Promise<void> {
  const { size, connections, loop } = stored
  const { seconds } = options
  const remove = (cluster: BenchCluster, ids: string[]) => {
    settleDisk()
    const requests = ids.map(deleteRequest)
    const plan = {
      host: cluster.host,
      port: cluster.storagePort,
      connections,
      seconds,
      operationsMax: requests.length,
      request: () => requests.pop() ?? deleteRequest(''),
      reader: () => new FrameReader({ sizeWanted: 0 }),
    }
    return withCpu(cluster.pids().storage, () => runLoad(plan))
  }
  const machine = removeFilesLoop(loop.folder, { seconds, count: loop.count })
  const plain = await remove(options.async, stored.async)
  const group = await remove(options.group, stored.group)
  options.onRow({ operation: 'delete', size, connections, machine, async: plain, group })
  rmSync(loop.folder, { recursive: true, force: true })
}

async function benchQuery(options: MatrixOptions, connections: number): Promise<void> {
  const { seconds } = options
  const load = { connections, seconds, operationsMax: Number.MAX_SAFE_INTEGER }
  const machine = await rawExchange({
    ...load,
    requestBytes: HEADER_BYTES,
    answerBytes: HEADER_BYTES + QUERY_ANSWER_BYTES,
  })
  const plan = {
    ...load,
    host: options.async.host,
    port: options.async.trackerPort,
    request: () => queryStoreRequest,
    reader: () => new FrameReader({ sizeWanted: QUERY_ANSWER_BYTES }),
  }
  const speed = await withCpu(options.async.pids().tracker, () => runLoad(plan))
  options.onRow({ operation: 'tracker query', size: null, connections, machine, async: speed, group: null })
}

/** What earlier rows left in the page cache must not be written during the next one. */
export function settleDisk(): void {
  execFileSync('sync')
}

/** Lanes start far apart, so that they do not read the same file at the same time. */
export function pick<T>(items: T[], lane: number, sequence: number): T {
  const item = items[(lane * 7919 + sequence) % items.length]
  if (item === undefined) throw new Error('nothing was uploaded, so nothing can be downloaded')
  return item
}
