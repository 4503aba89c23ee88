import { UploadError } from '@cairn/dfs-tus'
import type { OpenParts } from './open-parts.ts'
import type { UploadLedgers } from './upload-ledgers.ts'

interface Uploads {
  parts: OpenParts
  ledgers: UploadLedgers
}

/** Remembers the epoch that an upload is asked for with, and refuses a lower one than it has remembered (D5). */
export async function fenceEpoch(uploads: Uploads, upl: string, ep: number): Promise<void> {
  const { parts, ledgers } = uploads
  if (ep === checkedEpoch(uploads, upl, ep)) return
  // Whoever has a ticket of a higher epoch for this member goes on here.
  await parts.get(upl)?.goOn(ep)
  checkedEpoch(uploads, upl, ep)
  // Also while the part is still there: the finisher has written its last epoch.
  if (ledgers.finishedEpoch(upl) !== null) await ledgers.raise(upl, ep)
}

/** The highest epoch that an upload was seen with. */
function checkedEpoch({ parts, ledgers }: Uploads, upl: string, ep: number): number {
  const part = parts.get(upl)
  const seen = part?.ep ?? ledgers.finishedEpoch(upl) ?? ledgers.endedEpoch(upl) ?? 0
  const isElsewhere = ep === seen && part?.isCopy === true
  if (ep < seen || isElsewhere) throw new UploadError('superseded', `upload ${upl} goes on at epoch ${seen}`)
  return seen
}
