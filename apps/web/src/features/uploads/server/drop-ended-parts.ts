import type { ReachableMember } from '../../../lib/address-book.ts'
import { db } from '../../../lib/db.ts'
import { addressBook, isReachable } from '../../../lib/dfs.ts'
import { log } from '../../../lib/log.ts'
import { dropParts, LIST_MAX, listOpen } from '../../../lib/storage-service.ts'
import { isOpen, readUploads } from './upload-rows.ts'

/**
 * Has storages throw away the parts of uploads that have ended: one that was away, or whose disk was full, did not hear of it when it was
 * told, and would keep their room for two weeks. What the database knows nothing of is left alone. Returns how many.
 */
export async function dropEndedParts(): Promise<number> {
  let dropped = 0
  for (const member of (await addressBook().members()).filter(isReachable)) {
    try {
      dropped += await dropAt(member)
    } catch (error) {
      // The other storages must not wait for this one.
      log().warn({ err: error, storageId: member.storageId }, 'parts of ended uploads could not be dropped')
    }
  }
  return dropped
}

async function dropAt(member: ReachableMember): Promise<number> {
  let dropped = 0
  let open: string[] = []
  do {
    open = await listOpen(member, open.at(-1))
    const rows = await readUploads(db(), open)
    const ended = [...rows.values()].filter(({ state }) => !isOpen(state)).map(({ upl }) => upl)
    if (ended.length > 0) await dropParts(member, ended)
    dropped += ended.length
  } while (open.length === LIST_MAX)
  return dropped
}
