import { db, type Transaction } from '../../../lib/db.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import { notEnoughSpace, spaceOf } from '../../../lib/quota.ts'
import { zipTarget } from '../../../lib/zip/zip-snapshot.ts'
import { recordAccess } from './access-log.ts'
import { requireDownload } from './grants.ts'
import type { Visit } from './open-share.ts'
import { measureTree, openSharedEntries } from './shared-entries.ts'
import { visitorHash } from './visitor.ts'
import type { VisitorRequest } from './visitor-request.ts'

/** What a visitor may copy: the owner's entries, by internal id. */
interface Takeable {
  ownerId: string
  entryIds: bigint[]
}

/** Lets this person have copies of what a link holds, all of it without ids. Counts as a download. */
export async function takeShared(
  visit: Visit,
  request: VisitorRequest,
  { userId, ids }: { userId: string; ids: readonly string[] | undefined },
): Promise<Takeable> {
  const { share, visitor } = visit
  if (!share.allowDownload) throw notFound()
  const { ids: entryIds, names } = await openSharedEntries(share, ids)
  const tops = await db().entry.findMany({ where: { id: { in: entryIds } }, select: { publicId: true } })
  if (tops.length === 0) throw notFound()
  // Before it counts: what does not fit is not taken.
  const { bytes } = await measureTree(db(), entryIds)
  await requireSpace(db(), userId, BigInt(bytes))
  const target = zipTarget(tops.map(({ publicId }) => publicId))
  const granted = await requireDownload(share.id, visitorHash(visitor), target)
  if (granted === 'new') await recordAccess(share.id, request.client, 'save', names.length === 1 ? names[0] : undefined)
  return { ownerId: share.ownerId, entryIds }
}

async function requireSpace(tx: Transaction, userId: string, bytes: bigint): Promise<void> {
  const space = await spaceOf(tx, userId)
  if (bytes > BigInt(space.freeBytes)) throw notEnoughSpace(space, Number(bytes))
}
