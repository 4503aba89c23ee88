import { db } from '../../lib/db.ts'
import { reachingStorage } from '../../lib/dfs.ts'
import { pathsOf } from '../../lib/entries/entry-paths.ts'
import { notFound, presentEntries } from '../../lib/entries/open-entries.ts'
import type { CopyDetail, EntryDetails, MediaDetails } from '../../lib/entry-details.ts'
import { askMembers, SOON_MS } from './copies.ts'
import { lastVerification } from './verifications.ts'

const ACTIVITIES_MAX = 50

async function entryOf(ownerId: string, entryId: string) {
  const ids = await presentEntries(db(), ownerId, [entryId])
  const [id] = ids
  if (id === undefined) throw notFound()
  return await db().entry.findUniqueOrThrow({
    where: { id },
    include: { blob: { include: { media: true } }, owner: { select: { name: true, email: true } } },
  })
}

type FoundEntry = Awaited<ReturnType<typeof entryOf>>

function mediaOf({ blob }: FoundEntry): MediaDetails | null {
  const media = blob?.media
  if (!media) return null
  return {
    width: media.width,
    height: media.height,
    durationMs: media.durationMs === null ? null : Number(media.durationMs),
    // Without a zone: the camera's clock had none.
    takenAt: media.takenAt?.toISOString().slice(0, 19) ?? null,
    camera: media.camera,
    lens: media.lens,
    latitude: media.latitude,
    longitude: media.longitude,
    facts: factsOf(media.facts),
  }
}

function factsOf(facts: unknown): Record<string, string | number> {
  const pairs = typeof facts === 'object' && facts !== null ? Object.entries(facts) : []
  return Object.fromEntries(pairs.filter(([, value]) => typeof value === 'string' || typeof value === 'number'))
}

async function activitiesOf(entryId: bigint): Promise<EntryDetails['activity']> {
  const rows = await db().$queryRaw<{ kind: string; at: Date; actor: string | null; detail: unknown }[]>`
    SELECT a.kind, a.at, p.name AS actor, a.detail FROM activity a LEFT JOIN person p ON p.id = a.actor_id
    WHERE a.entry_id = ${entryId} ORDER BY a.id DESC LIMIT ${ACTIVITIES_MAX}`
  return rows.map(({ kind, at, actor, detail }) => ({ kind, at: at.toISOString(), actor, detail: factsOf(detail) }))
}

/** What is known about one entry of this owner. */
export async function entryDetails(ownerId: string, entryId: string): Promise<EntryDetails> {
  const entry = await entryOf(ownerId, entryId)
  const { blob } = entry
  const [paths, activity, verification] = await Promise.all([
    pathsOf(db(), [entry.id]),
    activitiesOf(entry.id),
    blob === null ? null : lastVerification(blob.id),
  ])
  return {
    id: entry.publicId,
    where: paths.get(entry.id) ?? [],
    contentType: blob?.contentType ?? null,
    createdAt: entry.createdAt.toISOString(),
    modifiedAt: entry.modifiedAt.toISOString(),
    addedBy: entry.owner.name ?? entry.owner.email,
    sha256: blob === null ? null : Buffer.from(blob.sha256).toString('hex'),
    fileId: blob?.fileId ?? null,
    media: mediaOf(entry),
    activity,
    verification,
  }
}

/** Where each copy of a file lies, asked from every member of its group now. Empty for folders and empty files. */
export async function copyDetails(ownerId: string, entryId: string): Promise<CopyDetail[]> {
  const { blob } = await entryOf(ownerId, entryId)
  const fileId = blob?.fileId
  if (!blob || fileId == null) return []
  const copies = await reachingStorage(() => askMembers({ fileId, size: Number(blob.size) }, SOON_MS))
  return copies.map(({ member, state, since }) => ({
    storageId: member.storageId,
    group: member.group,
    path: fileId.split('/')[1] ?? '',
    state,
    since: since === null ? null : new Date(since * 1000).toISOString(),
  }))
}
