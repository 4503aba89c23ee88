import { DiskLane, type SharedLane } from '@cairn/dfs-core/disk'
import type { StorageConfig } from '../config.ts'

/** Of libuv, where the environment does not say otherwise. */
const POOL_THREADS = 4
/** Of reads, and of all calls. */
const PACES = 2

/** What the threads of a storage share about the disks of its store paths. */
export interface SharedLanes {
  readonly memory: SharedArrayBuffer
  readonly threads: number
  /** `disk_calls = pool`: nothing is done on an event loop. */
  readonly isPooled: boolean
}

/** With a place for each thread: those of FastDFS's port, the main one first, then those of HTTP. */
export function lanesOf({ storePaths, workThreads, http, diskCalls }: StorageConfig): SharedLanes {
  return allocateLanes(storePaths.length, workThreads + http.threads, diskCalls === 'pool')
}

export function allocateLanes(storePathCount: number, threads: number, isPooled = false): SharedLanes {
  return { memory: new SharedArrayBuffer(storePathCount * laneBytes(threads)), threads, isPooled }
}

/** The ways of one thread to the disks of all store paths. */
export function openLanes(lanes: SharedLanes, thread: number): DiskLane[] {
  return Array.from({ length: storePathCount(lanes) }, (_, index) => openLane(lanes, index, thread))
}

/** The way of one thread to the disk of one store path, which has its share of the thread pool. A single one has no limit. */
export function openLane(lanes: SharedLanes, index: number, thread: number): DiskLane {
  const count = storePathCount(lanes)
  if (count === 1) return new DiskLane()
  const { isPooled } = lanes
  return new DiskLane({ ...turnsOf(count, poolThreads()), isPooled, shared: sharedLane(lanes, index), thread })
}

/** A thread has ended in the midst of its calls. */
export function clearLanes(lanes: SharedLanes, thread: number): void {
  for (let index = 0; index < storePathCount(lanes); index += 1) {
    const { taken, overdue } = sharedLane(lanes, index)
    Atomics.store(taken, thread, 0)
    Atomics.store(overdue, thread, 0)
  }
}

/** Whatever one disk does, others find a thread of the pool. */
export function turnsOf(storePathCount: number, poolSize: number): { turnsMax: number; turnsInNeedMax: number } {
  return {
    turnsMax: Math.max(1, Math.ceil((poolSize - 1) / storePathCount)),
    turnsInNeedMax: Math.max(1, poolSize - 1),
  }
}

function storePathCount({ memory, threads }: SharedLanes): number {
  return memory.byteLength / laneBytes(threads)
}

function sharedLane({ memory, threads }: SharedLanes, index: number): SharedLane {
  const numbers = new Int32Array(memory, index * laneBytes(threads), PACES + 2 * threads)
  const [quickLeft, taken] = [numbers.subarray(0, PACES), numbers.subarray(PACES, PACES + threads)]
  return { quickLeft, taken, overdue: numbers.subarray(PACES + threads) }
}

/** Of each thread the turns that it has taken, and its calls that are overdue. */
function laneBytes(threads: number): number {
  return (PACES + 2 * threads) * Int32Array.BYTES_PER_ELEMENT
}

function poolThreads(): number {
  // biome-ignore lint/style/noProcessEnv: libuv's own setting, which cannot be changed after the start.
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? POOL_THREADS)
  return Number.isInteger(size) && size > 0 ? size : POOL_THREADS
}
