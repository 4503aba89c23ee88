import { commonLane } from '@cairn/dfs-core/disk'
import type { FileStore } from '../disk/file-store.ts'
import { namesLoggedSince } from '../disk/orphan-sweep.ts'
import { clearSlot, trunkFilePath } from './slot-file.ts'
import { slotOfName } from './slot-name.ts'
import { UnloggedSlots } from './unlogged-slots.ts'

/** Empties the slots of files that a crash left without a record: nobody was told of them. */
export function sweepUnlogged(store: FileStore, folder: string, report: (message: string) => void): UnloggedSlots {
  const unlogged = new UnloggedSlots(folder)
  const times = unlogged.leftOver.flatMap((name) => slotOfName(name)?.timestamp ?? [])
  if (times.length > 0) {
    const logged = namesLoggedSince(store, Math.min(...times))
    for (const name of unlogged.leftOver) {
      const named = slotOfName(name)
      if (named === null || logged.has(name)) continue
      // Nobody is served yet: on the event loop, whatever the disk is like.
      void clearSlot(commonLane, trunkFilePath(store.resolve(name).storePath, named.slot), named)
      report(`emptied the slot of ${name}, which no record names`)
    }
  }
  unlogged.forgetLeftOver()
  return unlogged
}
