import { closeSync, fdatasync, fsync, openSync } from 'node:fs'

/** When an upload is acknowledged: after write(2), after an fdatasync that it shared, or after one of its own. */
export type Durability = 'none' | 'group' | 'each'

export interface SyncItem {
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

/** One round runs, the next one gathers: all who wait share a round, in which everything is synced at once. */
export function createGroupSync(failed: SyncFailed = nobody): GroupSync {
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

type Outcomes<K> = Map<K, Error | undefined>

/**
 * Files and folders have no order among them: until all of them are durable there is no record of the file, and the
 * start after a crash removes, or finishes from the ledger, what has none.
 */
function syncBatch(batch: readonly Waiter[], failed: SyncFailed, finished: () => void): void {
  const files: Outcomes<string | number> = new Map()
  const folders: Outcomes<string> = new Map()
  for (const { item } of batch) {
    if (item.file !== undefined) files.set(item.file, undefined)
    if (item.folder !== undefined) folders.set(item.folder, undefined)
  }
  let left = 2
  const end = () => {
    left -= 1
    if (left > 0) return
    for (const [item, error] of [...files, ...folders]) {
      if (error !== undefined) failed(item, error)
    }
    for (const { item, done } of batch) {
      done((item.file !== undefined && files.get(item.file)) || (item.folder && folders.get(item.folder)) || undefined)
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
  for (const item of items.keys()) {
    syncOne(item, sync, (error) => {
      if (error !== null) items.set(item, new Error(`cannot sync ${item}`, { cause: error }))
      left -= 1
      if (left === 0) done()
    })
  }
}

function syncOne(item: string | number, sync: typeof fsync, done: (error: Error | null) => void): void {
  if (typeof item === 'number') {
    sync(item, done)
    return
  }
  let fd: number
  try {
    fd = openSync(item, 'r')
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  sync(fd, (error) => {
    closeSync(fd)
    done(error)
  })
}
