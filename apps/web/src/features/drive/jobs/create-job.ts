import type { Prisma } from '../../../generated/prisma/client.ts'
import { inTransaction, type Transaction } from '../../../lib/db.ts'
import { ROOT_ID } from '../../../lib/entries/entry-item.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { lockTags } from '../../../lib/entries/marks.ts'
import { notFound, type OpenFolder, openAndHoldFolder } from '../../../lib/entries/open-entries.ts'
import { selectEntries } from '../../../lib/entries/select-entries.ts'
import type { EntrySelector } from '../../../lib/entries/selector.ts'
import { newPublicId } from '../../../lib/public-id.ts'
import { freeSpace } from '../../../lib/quota.ts'
import type { ConflictDecisions, JobKind, TagChange } from '../schema.ts'
import { listClashes, refuseClashes } from './clashes.ts'
import { noSpace } from './copy-step.ts'
import { hideForDeletion } from './delete-step.ts'
import { checkFolders, lockFolderMoves } from './folder-checks.ts'
import type { JobInput } from './job-rows.ts'

export interface JobRequest {
  ownerId: string
  kind: JobKind
  selector: EntrySelector
  /** For what moves and what is copied: public id of the folder. */
  targetId?: string
  /** Left out: taken names are asked about, by a refusal that lists them. */
  conflict?: ConflictDecisions | undefined
  /** Deleting for good what is still in the drive, and not what is in trash. */
  fromDrive?: boolean
  /** For kind `tag`: public ids of this person's tags. */
  tags?: TagChange
}

/** The new row. */
export interface CreatedJob {
  id: bigint
  total: number
}

/**
 * Notes what shall be done to which entries, and refuses what cannot be done at all before anything is changed. The
 * entries are those of this moment.
 */
export async function createJob(request: JobRequest): Promise<CreatedJob> {
  return await inTransaction((tx) => insertJob(tx, request))
}

async function insertJob(tx: Transaction, request: JobRequest): Promise<CreatedJob> {
  const { ownerId, kind, conflict } = request
  const target = request.targetId === undefined ? null : await openAndHoldFolder(tx, ownerId, request.targetId)
  const tags = await openTags(tx, ownerId, request.tags)
  const isTrash = kind === 'restore' || (kind === 'delete' && request.fromDrive !== true)
  const selected = await selectEntries(tx, ownerId, request.selector, isTrash ? 'trash' : 'drive')
  // Before anything is written: what is refused here is asked for again at once.
  if (conflict === undefined && (target !== null || kind === 'restore')) {
    refuseClashes(await listClashes(tx, selected, target?.id ?? null))
  }
  const input: JobInput = {
    name: '',
    ...(target === null ? {} : { target: { id: target.publicId, name: target.name, internalId: String(target.id) } }),
    conflict: conflict?.default ?? null,
    ...(conflict?.decisions === undefined ? {} : { decisions: conflict.decisions }),
  }
  const job = await insertRow(tx, { ownerId, kind, input })
  const total = await insertItems(tx, job.id, {
    selected,
    tags,
    alreadyThere: kind === 'move' ? (target?.id ?? null) : null,
  })
  if (total === 0 && 'all' in request.selector && kind !== 'move') throw notFound()
  if (target !== null) await checkTarget(tx, job.id, target, ownerId)
  const size = kind === 'copy' ? await checkSpace(tx, job.id, ownerId) : total
  if (kind === 'delete') await hideForDeletion(tx, ownerId, job.id)
  await nameJob(tx, job.id, size)
  return { id: job.id, total: size }
}

/** Entries of somebody else which their owner shared: who asks for this has checked that they may be had. */
export interface SharedSource {
  ownerId: string
  /** Internal ids, in order. */
  entryIds: readonly bigint[]
}

/** Notes that copies of these shall come into the top folder of `ownerId`; taken names get a number. */
export async function createSave(ownerId: string, source: SharedSource): Promise<CreatedJob> {
  return await inTransaction(async (tx) => {
    const top = await openAndHoldFolder(tx, ownerId, ROOT_ID)
    const target = { id: top.publicId, name: top.name, internalId: String(top.id) }
    const input: JobInput = { name: '', target, sourceOwnerId: source.ownerId, conflict: 'keep' }
    const job = await insertRow(tx, { ownerId, kind: 'save', input })
    await tx.$executeRaw`
      INSERT INTO job_item (job_id, entry_id)
      SELECT ${job.id}, id FROM unnest(${[...source.entryIds]}::bigint[]) WITH ORDINALITY AS s(id, place) ORDER BY place`
    const total = await checkSpace(tx, job.id, ownerId)
    await nameJob(tx, job.id, total)
    return { id: job.id, total }
  })
}

interface NewJob {
  ownerId: string
  kind: JobKind
  input: JobInput
  undoesId?: bigint
}

export async function insertRow(tx: Transaction, { ownerId, kind, input, undoesId }: NewJob) {
  return await tx.job.create({
    data: {
      publicId: newPublicId(),
      ownerId,
      kind,
      // Only names, ids and decisions, all of them JSON.
      input: input as unknown as Prisma.InputJsonObject,
      ...(undoesId === undefined ? {} : { undoesId }),
    },
    select: { id: true },
  })
}

interface OpenTags {
  on: bigint[]
  off: bigint[]
}

/** Throws not_found when one of the tags is not this person's. */
async function openTags(tx: Transaction, ownerId: string, change: TagChange | undefined): Promise<OpenTags | null> {
  if (change === undefined) return null
  const known = await lockTags(tx, ownerId, [...change.add, ...change.remove])
  const idOf = (publicId: string) => {
    const id = known.get(publicId)
    if (id === undefined) throw notFound()
    return id
  }
  return { on: change.add.map(idOf), off: change.remove.map(idOf) }
}

interface NewItems {
  selected: Prisma.Sql
  tags: OpenTags | null
  /** Internal id of a folder: what lies in it is left out. */
  alreadyThere: bigint | null
}

async function insertItems(tx: Transaction, jobId: bigint, { selected, tags, alreadyThere }: NewItems) {
  return await tx.$executeRaw`
    INSERT INTO job_item (job_id, entry_id, tags_on, tags_off)
    SELECT ${jobId}, e.id, ${tags?.on ?? null}::bigint[], ${tags?.off ?? null}::bigint[] FROM entry e
    WHERE e.id IN (${selected}) AND (${alreadyThere}::bigint IS NULL OR e.parent_id IS DISTINCT FROM ${alreadyThere})
    ORDER BY e.kind, e.sort_key, e.id`
}

/** Fills in what sentences need: how many, and the name of the first. */
export async function nameJob(tx: Transaction, jobId: bigint, total: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE job SET total = ${total}, input = input || jsonb_build_object('name', coalesce((
      SELECT e.name FROM job_item i JOIN entry e ON e.id = i.entry_id WHERE i.job_id = ${jobId} ORDER BY i.n LIMIT 1
    ), ''))
    WHERE id = ${jobId}`
}

async function checkTarget(tx: Transaction, jobId: bigint, target: OpenFolder, ownerId: string): Promise<void> {
  const folders = await tx.$queryRaw<{ id: bigint; publicId: string }[]>`
    SELECT e.id, e.public_id AS "publicId" FROM job_item i JOIN entry e ON e.id = i.entry_id
    WHERE i.job_id = ${jobId} AND e.kind = ${KIND_FOLDER}`
  if (folders.length > 0) await lockFolderMoves(tx, ownerId)
  await checkFolders(tx, folders, target)
}

/** Whether copies of everything, trees included, would fit. Returns how many entries that is. */
async function checkSpace(tx: Transaction, jobId: bigint, ownerId: string): Promise<number> {
  const [sum] = await tx.$queryRaw<[{ entries: bigint; bytes: bigint }]>`
    WITH RECURSIVE down AS (
      SELECT e.id, e.kind, e.size FROM job_item i JOIN entry e ON e.id = i.entry_id WHERE i.job_id = ${jobId}
      UNION ALL
      SELECT c.id, c.kind, c.size FROM down d JOIN entry c ON c.parent_id = d.id
      WHERE d.kind = 0 AND c.trash_id IS NULL
    )
    SELECT count(*) AS entries, coalesce(sum(size), 0)::bigint AS bytes FROM down`
  if (sum.bytes > BigInt(await freeSpace(tx, ownerId))) throw await noSpace(tx, ownerId, sum.bytes)
  return Number(sum.entries)
}
