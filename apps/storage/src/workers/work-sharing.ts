import type { StorageConfig } from '../config.ts'
import { lanesOf, type SharedLanes } from '../disk/disk-lanes.ts'
import { allocateSharedNames, SharedNames, type SharedNamesSize } from './shared-names.ts'
import { allocateSharedRemovals, SharedRemovals } from './shared-removals.ts'

/** What threads share; there is none where one thread does everything. */
export interface WorkSharing {
  readonly shared: SharedNames
  readonly memory: SharedArrayBuffer
  readonly size: SharedNamesSize
  readonly removals: SharedRemovals
  readonly removalsMemory: SharedArrayBuffer
  /** How the disks of the store paths are. */
  readonly lanes: SharedLanes
}

export function createWorkSharing(config: StorageConfig): WorkSharing | null {
  const { workThreads, maxConnections } = config
  if (workThreads === 1) return null
  // Every connection stores one file at a time.
  const size = { threads: workThreads, slots: maxConnections }
  const memory = allocateSharedNames(size)
  const shared = new SharedNames(memory, size)
  const removalsMemory = allocateSharedRemovals(workThreads)
  const removals = new SharedRemovals(removalsMemory, workThreads, shared.logEnd.locked)
  return { shared, memory, size, removals, removalsMemory, lanes: lanesOf(config) }
}
