import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import { downloadExpiry } from '../../../lib/serving.ts'
import { reachableUrl } from '../../../lib/stored-file-url.ts'
import { requireDownload } from './grants.ts'
import { findVisit } from './open-share.ts'
import { isLimited, limitedExpiry } from './share-file-url.ts'
import { findSharedContent } from './shared-entries.ts'
import { openedShares, visitorHash, visitorTag } from './visitor.ts'

/**
 * A fresh address for the holder of an expired ticket of a link that this browser was let into, for the same use;
 * undefined when none of its links holds the file any more. A download that goes on after a day counts again.
 */
export async function renewShared(headers: Headers, origin: string, old: DownloadTicket): Promise<string | undefined> {
  for (const { publicId } of openedShares(headers, origin)) {
    const visit = await findVisit(headers, origin, publicId)
    const entryId = visit && (await findSharedContent(visit.share, old.fid))
    if (!visit || !entryId || (old.cd === 'a' && !visit.share.allowDownload)) continue
    if (old.cd === 'a') await requireDownload(visit.share.id, visitorHash(visit.visitor), entryId)
    const now = Math.floor(Date.now() / 1000)
    const limited = isLimited(visit.share)
    const exp = limited ? limitedExpiry(now) : downloadExpiry(now, old.cd)
    const { vis: _, ...use } = old
    const policy = limited
      ? ({ pol: 'limited', vis: visitorTag(visit.visitor) } as const)
      : ({ pol: 'normal' } as const)
    return await reachableUrl({ ...use, ...policy, exp }, origin)
  }
  return undefined
}
