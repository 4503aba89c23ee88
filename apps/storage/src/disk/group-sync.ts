import { closeSync, fdatasync, fsync, open, openSync } from 'node:fs'
import { commonLane, type DiskLane } from '@cairn/dfs-core/disk'

/** When an upload is acknowledged: after write(2), after an fdatasync that it shared, or after one of its own. */
export type Durability = 'none' | 'group' | 'each'

export interface SyncItem {
  /** Of the disk that it is on; absent: of the disk of `base_path`. */
  readonly lane?: DiskLane
  /** A file whose bytes must reach the disk: its path, or a descriptor that stays open until `done`. */
  readonly file?: string | number
  /** A folder whose entries must reach the disk. */
  readonly folder?: string
}

export interface GroupSync {
  /** Rounds that were made so far, and items that they served. */
  readonly rounds: number
  readonly served: number
  /** Items that wait for the end of a round now. */
  readonly waiters: number
  /** Rounds of another thread, and the items that they served: they are counted here. */
  countElsewhere(rounds: number, served: number): void
  /** `done` is called when file and folder are durable, or with the first error. */
  add(item: SyncItem, done: (error?: Error) => void): void
}

/** `add` as a promise. */
export function synced(sync: GroupSync, item: SyncItem): Promise<void> {
  return new Promise((resolve, reject) => {
    sync.add(item, (error) => (error === undefined ? resolve() : reject(error)))
  })
}

interface Waiter {
  readonly item: SyncItem
  readonly done: (error?: Error) => void
}

/** Told of every file, folder or descriptor that could not be synced. */
export type SyncFailed = (item: string | number, error: Error) => void

const nobody: SyncFailed = () => undefined

/** Rounds for each disk: whoever waits for one waits for no other. */
export function createGroupSync(failed: SyncFailed = nobody): GroupSync {
  const disks = new Map<DiskLane, GroupSync>()
  const elsewhere = { rounds: 0, served: 0 }
  const sum = (of: 'rounds' | 'served' | 'waiters') => [...disks.values()].reduce((total, disk) => total + disk[of], 0)
  return {
    get rounds() {
      return elsewhere.rounds + sum('rounds')
    },
    get served() {
      return elsewhere.served + sum('served')
    },
    get waiters() {
      return sum('waiters')
    },
    countElsewhere(more, servedThere) {
      elsewhere.rounds += more
      elsewhere.served += servedThere
    },
    add(item, done) {
      const lane = item.lane ?? commonLane
      let disk = disks.get(lane)
      if (disk === undefined) {
        disk = createRounds(failed)
        disks.set(lane, disk)
      }
      disk.add(item, done)
    },
  }
}

/** One round runs, the next one gathers: all who wait share a round, in which everything is synced at once. */
function createRounds(failed: SyncFailed): GroupSync {
  let waiting: Waiter[] = []
  let running = false
  let rounds = 0
  let served = 0
  let inRound = 0

  const start = () => {
    const batch = waiting
    waiting = []
    running = true
    rounds += 1
    inRound = batch.length
    syncBatch(batch, failed, () => {
      served += inRound
      inRound = 0
      running = false
      if (waiting.length > 0) start()
    })
  }
  return {
    get rounds() {
      return rounds
    },
    get served() {
      return served
    },
    get waiters() {
      return waiting.length + inRound
    },
    countElsewhere(more, servedThere) {
      rounds += more
      served += servedThere
    },
    add(item, done) {
      waiting.push({ item, done })
      if (!running) {
        running = true
        setImmediate(start)
      }
    },
  }
}

/** `upload_durability = each`: nobody waits for anybody. */
export function createSingleSync(failed: SyncFailed = nobody): GroupSync {
  let rounds = 0
  let served = 0
  let inRound = 0
  return {
    get rounds() {
      return rounds
    },
    get served() {
      return served
    },
    get waiters() {
      return inRound
    },
    countElsewhere(more, servedThere) {
      rounds += more
      served += servedThere
    },
    add(item, done) {
      rounds += 1
      inRound += 1
      syncBatch([{ item, done }], failed, () => {
        served += 1
        inRound -= 1
      })
    },
  }
}

/** What is synced on which disk, and how it went. */
type Outcomes<K> = Map<K, { readonly lane: DiskLane; error?: Error }>

/**
 * Files and folders have no order among them: until all of them are durable there is no record of the file, and the
 * start after a crash removes, or finishes from the ledger, what has none.
 */
function syncBatch(batch: readonly Waiter[], failed: SyncFailed, finished: () => void): void {
  const files: Outcomes<string | number> = new Map()
  const folders: Outcomes<string> = new Map()
  for (const { item } of batch) {
    const { file, folder, lane = commonLane } = item
    if (file !== undefined) files.set(file, { lane })
    if (folder !== undefined) folders.set(folder, { lane })
  }
  let left = 2
  const end = () => {
    left -= 1
    if (left > 0) return
    for (const [item, { error }] of [...files, ...folders]) {
      if (error !== undefined) failed(item, error)
    }
    for (const { item, done } of batch) {
      const ofFile = item.file === undefined ? undefined : files.get(item.file)?.error
      done(ofFile ?? (item.folder === undefined ? undefined : folders.get(item.folder)?.error))
    }
    finished()
  }
  syncAll(files, fdatasync, end)
  syncAll(folders, fsync, end)
}

function syncAll<K extends string | number>(items: Outcomes<K>, sync: typeof fsync, done: () => void): void {
  let left = items.size
  if (left === 0) {
    done()
    return
  }
  for (const [item, outcome] of items) {
    outcome.lane.enter((leave) => {
      syncOne(item, { sync, isSlow: outcome.lane.isSlow }, (error) => {
        leave()
        if (error !== null) outcome.error = new Error(`cannot sync ${item}`, { cause: error })
        left -= 1
        if (left === 0) done()
      })
    })
  }
}

interface SyncCall {
  readonly sync: typeof fsync
  /** The disk: it is not waited for on the event loop. */
  readonly isSlow: boolean
}

function syncOne(item: string | number, { sync, isSlow }: SyncCall, done: (error: Error | null) => void): void {
  if (typeof item === 'number') {
    sync(item, done)
    return
  }
  const syncOpened = (fd: number) =>
    sync(fd, (error) => {
      closeSync(fd)
      done(error)
    })
  if (isSlow) {
    open(item, 'r', (error, fd) => (error === null ? syncOpened(fd) : done(error)))
    return
  }
  let fd: number
  try {
    fd = openSync(item, 'r')
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  syncOpened(fd)
}
