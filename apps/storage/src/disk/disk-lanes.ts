import { DiskLane, LANE_BYTES } from '@cairn/dfs-core/disk'

/** Of libuv, where the environment does not say otherwise. */
const POOL_THREADS = 4

/** What the threads of a storage share about the disks of its store paths. */
export function allocateLanes(storePathCount: number): SharedArrayBuffer {
  return new SharedArrayBuffer(storePathCount * LANE_BYTES)
}

/** The way of this thread to the disk of one store path, which may take its share of the thread pool. A single one has no limit. */
export function openLane(memory: SharedArrayBuffer, index: number): DiskLane {
  const count = memory.byteLength / LANE_BYTES
  const numbers = LANE_BYTES / Int32Array.BYTES_PER_ELEMENT
  return new DiskLane({
    turnsMax: count === 1 ? Number.POSITIVE_INFINITY : turnsOf(count, poolThreads()),
    memory: new Int32Array(memory, index * LANE_BYTES, numbers),
  })
}

/** Whatever one disk does, others find threads; where all disks are slow, what belongs to none still finds one if there are enough. */
export function turnsOf(storePathCount: number, threads: number): number {
  return Math.max(1, Math.ceil((threads - 1) / storePathCount))
}

function poolThreads(): number {
  // biome-ignore lint/style/noProcessEnv: libuv's own setting, which cannot be changed after the start.
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? POOL_THREADS)
  return Number.isInteger(size) && size > 0 ? size : POOL_THREADS
}
