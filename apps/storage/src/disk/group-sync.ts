import { close, fdatasync, fsync, open } from 'node:fs'

/** When an upload is acknowledged: after write(2), after an fdatasync that it shared, or after one of its own. */
export type Durability = 'none' | 'group' | 'each'

export interface SyncItem {
  /** A file whose bytes must reach the disk. */
  readonly file?: string
  /** A folder whose entries must reach the disk. */
  readonly folder?: string
}

export interface GroupSync {
  /** `done` is called when file and folder are durable, or with the first error. */
  add(item: SyncItem, done: (error?: Error) => void): void
}

interface Waiter {
  readonly item: SyncItem
  readonly done: (error?: Error) => void
}

/** One batch runs, the next one gathers: all who wait share its folder syncs and the disk's queue. */
export function createGroupSync(): GroupSync {
  let waiting: Waiter[] = []
  let running = false

  const start = () => {
    const batch = waiting
    waiting = []
    running = true
    syncBatch(batch, () => {
      running = false
      if (waiting.length > 0) start()
    })
  }
  return {
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
export function createSingleSync(): GroupSync {
  return { add: (item, done) => syncBatch([{ item, done }], () => undefined) }
}

function syncBatch(batch: readonly Waiter[], finished: () => void): void {
  const files = new Map<string, Error | undefined>()
  const folders = new Map<string, Error | undefined>()
  for (const { item } of batch) {
    if (item.file !== undefined) files.set(item.file, undefined)
    if (item.folder !== undefined) folders.set(item.folder, undefined)
  }
  // Folders last: an entry that survives a power loss must name bytes that did.
  syncAll(files, fdatasync, () => {
    syncAll(folders, fsync, () => {
      for (const { item, done } of batch) {
        done((item.file && files.get(item.file)) || (item.folder && folders.get(item.folder)) || undefined)
      }
      finished()
    })
  })
}

function syncAll(paths: Map<string, Error | undefined>, sync: typeof fsync, done: () => void): void {
  let left = paths.size
  if (left === 0) {
    done()
    return
  }
  for (const path of paths.keys()) {
    syncPath(path, sync, (error) => {
      if (error !== null) paths.set(path, new Error(`cannot sync ${path}`, { cause: error }))
      left -= 1
      if (left === 0) done()
    })
  }
}

function syncPath(path: string, sync: typeof fsync, done: (error: Error | null) => void): void {
  open(path, 'r', (openError, fd) => {
    if (openError !== null) {
      done(openError)
      return
    }
    sync(fd, (syncError) => close(fd, (closeError) => done(syncError ?? closeError ?? null)))
  })
}
