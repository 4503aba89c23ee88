import { db } from '../../../lib/db.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import type { FoundZip } from '../../../lib/zip/zip-snapshot.ts'
import { requireDownload } from './grants.ts'
import { requireVisit } from './open-share.ts'
import { visitorHash } from './visitor.ts'

/**
 * Whether this request may have a ZIP that was made for a visitor: by them, while the link is open, and within the same
 * grant. A request that comes back after a day counts as another download.
 */
export async function requireVisitedZip(
  headers: Headers,
  origin: string,
  { shareId, ...zip }: FoundZip,
): Promise<void> {
  const share = shareId === null ? null : await db().share.findUnique({ where: { id: shareId } })
  if (!share) throw notFound()
  const visit = await requireVisit(headers, origin, share.publicId)
  const isTheirs = zip.visitorHash !== null && Buffer.from(zip.visitorHash).equals(visitorHash(visit.visitor))
  if (!isTheirs || !visit.share.allowDownload) throw notFound()
  await requireDownload(share.id, visitorHash(visit.visitor), zip.snapshot.target)
}
