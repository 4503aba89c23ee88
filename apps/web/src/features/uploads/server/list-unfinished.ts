import type { ReachableMember } from '../../../lib/address-book.ts'
import { db } from '../../../lib/db.ts'
import { addressBook, isReachable } from '../../../lib/dfs.ts'
import { log } from '../../../lib/log.ts'
import { partOffsets } from '../../../lib/storage-service.ts'
import { PRESENCE_SECONDS } from '../rules.ts'
import type { UnfinishedUploads } from '../schema.ts'

/** In one answer. */
const UNFINISHED_MAX = 1000

/** The person's uploads of files that can go on, oldest first among those of one answer, with how much of each is there. */
export async function listUnfinishedUploads(ownerId: string, after = ''): Promise<UnfinishedUploads> {
  const rows = await db().upload.findMany({
    where: { ownerId, state: { in: ['created', 'uploading'] }, replacesSha256: null, upl: { gt: after } },
    orderBy: { upl: 'asc' },
    take: UNFINISHED_MAX,
    include: { folder: { select: { publicId: true, name: true } } },
  })
  const sent = await sentBytes(rows)
  return {
    next: rows.length < UNFINISHED_MAX ? null : (rows.at(-1)?.upl ?? null),
    items: rows.toSorted(byAge).map((row) => ({
      uploadId: row.upl,
      name: row.name,
      size: Number(row.size),
      folderId: row.folder?.publicId ?? 'root',
      folderName: row.folder?.name ?? '',
      conflict: row.conflict === 'replace' || row.conflict === 'skip' ? row.conflict : 'keep',
      modifiedAt: row.modifiedAt?.toISOString() ?? null,
      probe: row.probe,
      sent: sent.get(row.upl) ?? null,
      device: row.device,
      deviceAgent: row.deviceAgent,
      isSent: Date.now() - (row.aliveAt?.getTime() ?? 0) < 1000 * PRESENCE_SECONDS,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
    })),
  }
}

function byAge(a: { id: bigint }, b: { id: bigint }): number {
  return a.id < b.id ? -1 : 1
}

type Placed = { upl: string; grp: string; storageId: string }

/** Each storage is asked once. One that does not answer only means that nobody knows. */
async function sentBytes(uploads: readonly Placed[]): Promise<ReadonlyMap<string, number>> {
  const storages = new Map<string, Placed[]>()
  for (const upload of uploads) {
    const storage = `${upload.grp}/${upload.storageId}`
    storages.set(storage, [...(storages.get(storage) ?? []), upload])
  }
  const sent = new Map<string, number>()
  const ask = async (placed: readonly Placed[]) => {
    const member = await memberOf(placed)
    if (member === null) return
    const upls = placed.map(({ upl }) => upl)
    const there = await partOffsets(member, upls)
    // What the storage does not know has not begun.
    for (const upl of upls) sent.set(upl, there.get(upl) ?? 0)
  }
  const silent = (error: unknown) => log().warn({ err: error }, 'a storage could not say how far uploads are')
  await Promise.all([...storages.values()].map((placed) => ask(placed).catch(silent)))
  return sent
}

async function memberOf([first]: readonly Placed[]): Promise<ReachableMember | null> {
  if (first === undefined) return null
  const member = await addressBook().byId(first.grp, first.storageId)
  return isReachable(member) ? member : null
}
