import type { FileStore } from './file-store.ts'
import type { Durability, SyncItem } from './group-sync.ts'
import { ifWell, type LogDone } from './log-done.ts'

/** Waits until a change that is made and logged is as durable as promised: what it touched, and its record. */
export function settleChange(store: FileStore, durability: Durability, item: SyncItem, done: LogDone): void {
  if (durability === 'none') {
    done()
    return
  }
  const sync = durability === 'group' ? store.groupSync : store.singleSync
  sync.add(
    item,
    ifWell(done, () => store.log.sync(done)),
  )
}
