import { ApiError } from '../../../lib/api-error.ts'
import { db, inTransaction, type Transaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import { ROOT_ID } from '../../../lib/entries/entry-item.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { freeName } from '../../../lib/entries/free-name.ts'
import { nameKeys } from '../../../lib/entries/name-keys.ts'
import { notFound, openAndHoldFolder } from '../../../lib/entries/open-entries.ts'
import { newPublicId } from '../../../lib/public-id.ts'
import { changeSpace, notEnoughSpace, spaceOf } from '../../../lib/quota.ts'
import { zipTarget } from '../../../lib/zip/zip-snapshot.ts'
import type { Saved } from '../schema.ts'
import { recordAccess } from './access-log.ts'
import { requireDownload } from './grants.ts'
import type { Visit } from './open-share.ts'
import { measureTree, openSharedEntries } from './shared-entries.ts'
import { visitorHash } from './visitor.ts'
import type { VisitorRequest } from './visitor-request.ts'

/** Saved within one request and one transaction. */
const SAVED_MAX = 10_000
const NAME_TRIES_MAX = 20

interface Source {
  id: bigint
  kind: number
  name: string
}
/** A folder that was copied, and its copy. */
type Copied = Map<bigint, bigint>

interface Sum {
  files: number
  folders: number
  bytes: bigint
}

/** Puts what a link holds into the top folder of this person. No byte moves; taken names get a number. */
export async function saveShared(
  visit: Visit,
  request: VisitorRequest,
  { userId, ids }: { userId: string; ids: readonly string[] | undefined },
): Promise<Saved> {
  if (!visit.share.allowDownload) throw notFound()
  const { ids: topIds, names } = await openSharedEntries(visit.share, ids)
  const tops = await db().entry.findMany({
    where: { id: { in: topIds } },
    select: { id: true, publicId: true, kind: true, name: true },
  })
  if (tops.length === 0) throw notFound()
  const { files, folders, bytes } = await measureTree(db(), topIds)
  if (files + folders > SAVED_MAX) {
    const message = `This is more than ${SAVED_MAX} items. Save fewer folders at once.`
    throw new ApiError('too_large', message, { detail: { itemsMax: SAVED_MAX } })
  }
  await requireSpace(db(), userId, BigInt(bytes))
  const target = zipTarget(tops.map(({ publicId }) => publicId))
  const granted = await requireDownload(visit.share.id, visitorHash(visit.visitor), target)
  if (granted === 'new')
    await recordAccess(visit.share.id, request.client, 'save', names.length === 1 ? names[0] : undefined)
  return await inTransaction((tx) => copyTrees(tx, userId, tops))
}

async function requireSpace(tx: Transaction, userId: string, bytes: bigint): Promise<void> {
  const space = await spaceOf(tx, userId)
  if (bytes > BigInt(space.freeBytes)) throw notEnoughSpace(space, Number(bytes))
}

async function copyTrees(tx: Transaction, userId: string, tops: readonly Source[]): Promise<Saved> {
  const folder = await openAndHoldFolder(tx, userId, ROOT_ID)
  const sum: Sum = { files: 0, folders: 0, bytes: 0n }
  const made: bigint[] = []
  let level: Copied = new Map()
  for (const top of tops) {
    const copy = await copyTop(tx, userId, folder.id, top)
    made.push(copy.id)
    add(sum, copy)
    if (top.kind === KIND_FOLDER) level.set(top.id, copy.id)
  }
  while (level.size > 0) level = await copyLevel(tx, userId, level, sum)
  if (!(await changeSpace(tx, userId, { used: sum.bytes }))) {
    throw notEnoughSpace(await spaceOf(tx, userId), Number(sum.bytes))
  }
  await recordActivity(
    tx,
    made.map((entryId) => ({ entryId, actorId: userId, kind: 'added' as const })),
  )
  return { folderId: folder.publicId, files: sum.files, folders: sum.folders, name: tops[0]?.name ?? '' }
}

function add(sum: Sum, { kind, size }: { kind: number; size: bigint }): void {
  if (kind === KIND_FOLDER) sum.folders += 1
  else sum.files += 1
  sum.bytes += size
}

interface CopyRow {
  id: bigint
  kind: number
  size: bigint
}

async function copyTop(tx: Transaction, userId: string, folderId: bigint, source: Source): Promise<CopyRow> {
  for (let attempt = 1; attempt <= NAME_TRIES_MAX; attempt += 1) {
    const name = await freeName(tx, folderId, source.name)
    const { sortKey, grams } = nameKeys(name)
    // A raised 23505 would end the transaction; DO NOTHING leads to the next name.
    const [copy] = await tx.$queryRaw<CopyRow[]>`
      INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, category, blob_id, size, modified_at)
      SELECT ${newPublicId()}, ${userId}, ${folderId}, kind, ${name}, ${sortKey}, ${grams}::text[], category, blob_id, size,
        modified_at
      FROM entry WHERE id = ${source.id} AND trash_id IS NULL
      ON CONFLICT DO NOTHING RETURNING id, kind::int, size`
    if (copy) return copy
  }
  throw notFound()
}

/** Copies what lies directly in these folders. Returns the folders among it. */
async function copyLevel(tx: Transaction, userId: string, parents: Copied, sum: Sum): Promise<Copied> {
  const children = await tx.$queryRaw<{ id: bigint; parent_id: bigint }[]>`
    SELECT id, parent_id FROM entry WHERE parent_id = ANY(${[...parents.keys()]}::bigint[]) AND trash_id IS NULL
    LIMIT ${SAVED_MAX + 1}`
  if (children.length === 0) return new Map()
  const rows = children.map(({ id, parent_id }) => {
    return { source_id: String(id), parent_id: String(parents.get(parent_id)), public_id: newPublicId() }
  })
  const copies = await tx.$queryRaw<(CopyRow & { source_id: bigint })[]>`
    WITH r AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS r(source_id bigint, parent_id bigint, public_id text)
    ), made AS (
      INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, category, blob_id, size, modified_at)
      SELECT r.public_id, ${userId}, r.parent_id, e.kind, e.name, e.sort_key, e.grams, e.category, e.blob_id, e.size,
        e.modified_at
      FROM r JOIN entry e ON e.id = r.source_id
      RETURNING id, kind::int AS kind, size, public_id
    )
    SELECT made.id, made.kind, made.size, r.source_id FROM made JOIN r ON r.public_id = made.public_id`
  const folders: Copied = new Map()
  for (const copy of copies) {
    add(sum, copy)
    if (copy.kind === KIND_FOLDER) folders.set(copy.source_id, copy.id)
  }
  return folders
}
