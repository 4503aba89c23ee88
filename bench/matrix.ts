import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync } from 'node:fs'
import path from 'node:path'
import type { BenchCluster } from './bench-cluster.ts'
import type { Speed } from './lane.ts'
import type { LoadClient } from './load-client.ts'
import { createFilesLoop, rawExchange, removeFilesLoop } from './machine.ts'
import { withCpu } from './server-cpu.ts'
import type { Size } from './sizes.ts'

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
  readonly client: LoadClient
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
/** What the storages leave free. */
const RESERVED_RATIO = 0.01
/** Files of this size are few: their deletion does not slow down the next uploads, and their space is needed. */
const DELETE_AT_ONCE_BYTES = 1024 * 1024
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
  const { bytesMax, seconds, folder, client } = options
  const countMax = Math.min(FILES_MAX, Math.max(connections, Math.floor(bytesMax / size.bytes)))
  const loop = path.join(folder, `loop-${size.bytes}-${connections}`)
  needSpace(folder, 3 * countMax * size.bytes)
  const upload = async (cluster: BenchCluster) => {
    settleDisk()
    const load = { ...atStorage(cluster), connections, seconds, operationsMax: countMax, size: size.bytes }
    let ids: string[] = []
    const speed = await withCpu(cluster.pids().storage, async () => {
      const uploaded = await client.upload(load)
      ids = uploaded.ids
      return uploaded.speed
    })
    return { speed, ids }
  }
  settleDisk()
  const machine = createFilesLoop(loop, { size: size.bytes, seconds, countMax })
  const plain = await upload(options.async)
  const group = await upload(options.group)
  options.onRow({ operation: 'upload', size, connections, machine, async: plain.speed, group: group.speed })
  return { size, connections, async: plain.ids, group: group.ids, loop: { folder: loop, count: machine.operations } }
}

async function benchDownload(options: MatrixOptions, { size, connections, async: ids }: Stored): Promise<void> {
  const { seconds, client } = options
  const load = { connections, seconds, operationsMax: Number.MAX_SAFE_INTEGER }
  const machine = await rawExchange({ ...load, requestBytes: NAME_BYTES, answerBytes: size.bytes })
  const speed = await withCpu(options.async.pids().storage, () =>
    client.download({ ...load, ...atStorage(options.async), size: size.bytes, ids }),
  )
  options.onRow({ operation: 'download', size, connections, machine, async: speed, group: null })
}

async function benchDelete(options: MatrixOptions, stored: Stored): Promise<void> {
  const { size, connections, loop } = stored
  const { seconds, client } = options
  const remove = (cluster: BenchCluster, ids: string[]) => {
    settleDisk()
    const load = { ...atStorage(cluster), connections, seconds, operationsMax: ids.length, size: size.bytes, ids }
    return withCpu(cluster.pids().storage, () => client.remove(load))
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
  const { host, trackerPort: port } = options.async
  const speed = await withCpu(options.async.pids().tracker, () => options.client.query({ ...load, host, port }))
  options.onRow({ operation: 'tracker query', size: null, connections, machine, async: speed, group: null })
}

/** What earlier rows left in the page cache must not be written during the next one. */
export function settleDisk(): void {
  execFileSync('sync')
}

/** The plain loop and both storages keep what they wrote. A storage that runs out of space would end the whole run. */
function needSpace(folder: string, bytes: number): void {
  const { bavail, bsize, blocks } = statfsSync(folder)
  const left = (bavail - blocks * RESERVED_RATIO) * bsize
  if (left >= bytes) return
  const inGb = (count: number) => (count / 1e9).toFixed(1)
  throw new Error(
    `${folder} has ${inGb(left)} GB left and this cell may write ${inGb(bytes)}: --folder names another disk`,
  )
}

function atStorage({ host, storagePort }: BenchCluster): { host: string; port: number } {
  return { host, port: storagePort }
}
