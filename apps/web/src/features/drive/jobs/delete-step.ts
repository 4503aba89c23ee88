import type { Transaction } from '../../../lib/db.ts'
import { deleteEntries } from '../../../lib/entries/delete-entries.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { addTreeJobs } from '../../../lib/entries/tree-job.ts'
import { type BatchResult, nextItems, type RunningJob } from './job-rows.ts'

const GATHER_ITEMS = 2000
const DELETE_ITEMS = 1000

/**
 * Deletes for good, in two phases: first everything that lies in the chosen folders becomes an item, then all of it goes
 * from the inside out. Entries of a running deletion hang on the top folder's mark: they are in nobody's trash, so that
 * they cannot be restored half.
 */
export async function deleteStep(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  return job.phase === 0 ? await gather(tx, job) : await deleteBatch(tx, job)
}

async function gather(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const items = await nextItems(tx, job, GATHER_ITEMS)
  const last = items.at(-1)
  if (last === undefined) return { done: 0, phase: 1, at: job.at + 1n }
  const folders = items.filter(({ kind }) => kind === KIND_FOLDER).map(({ entryId }) => entryId)
  if (folders.length === 0) return { done: 0, at: last.n }
  // What was trashed by itself before stays in trash; the place where it was is gone then.
  await tx.$executeRaw`
    UPDATE entry SET parent_id = (SELECT id FROM entry t WHERE t.owner_id = ${job.ownerId} AND t.parent_id IS NULL)
    WHERE parent_id = ANY(${folders}::bigint[]) AND trash_id = id`
  const found = await tx.$executeRaw`
    INSERT INTO job_item (job_id, entry_id, top)
    SELECT ${job.id}, c.id, false FROM entry c WHERE c.parent_id = ANY(${folders}::bigint[])`
  await tx.$executeRaw`
    UPDATE entry SET trash_id = (SELECT id FROM entry t WHERE t.owner_id = ${job.ownerId} AND t.parent_id IS NULL),
      trashed_at = now()
    WHERE parent_id = ANY(${folders}::bigint[]) AND trash_id IS NULL`
  return { done: 0, found, at: last.n }
}

async function deleteBatch(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const items = await tx.$queryRaw<{ n: bigint; entryId: bigint; size: bigint | null }[]>`
    SELECT i.n, i.entry_id AS "entryId", e.size FROM (
      SELECT n, entry_id FROM job_item WHERE job_id = ${job.id} AND n < ${job.at} ORDER BY n DESC LIMIT ${DELETE_ITEMS}
    ) i LEFT JOIN entry e ON e.id = i.entry_id ORDER BY i.n DESC`
  const last = items.at(-1)
  if (last === undefined) return { done: 0, finished: true }
  await deleteEntries(
    tx,
    job.ownerId,
    items.map(({ entryId }) => entryId),
  )
  return { done: items.length, bytes: items.reduce((sum, { size }) => sum + (size ?? 0n), 0n), at: last.n }
}

/** Hides what a deletion begins with: at once out of the drive and out of trash. */
export async function hideForDeletion(tx: Transaction, ownerId: string, jobId: bigint): Promise<void> {
  await tx.$executeRaw`
    UPDATE entry e SET trash_id = t.id, trashed_at = coalesce(e.trashed_at, now())
    FROM job_item i, entry t
    WHERE i.job_id = ${jobId} AND e.id = i.entry_id AND t.owner_id = ${ownerId} AND t.parent_id IS NULL`
}

/** What a cancelled or failed deletion did not come to is in trash again, by itself. */
export async function unhideRest(tx: Transaction, ownerId: string, jobId: bigint): Promise<void> {
  const rows = await tx.$queryRaw<{ id: bigint; kind: number }[]>`
    UPDATE entry e SET trash_id = e.id FROM job_item i, entry t
    WHERE i.job_id = ${jobId} AND i.top AND e.id = i.entry_id AND t.owner_id = ${ownerId} AND t.parent_id IS NULL
      AND e.trash_id = t.id
    RETURNING e.id, e.kind::int AS kind`
  const folders = rows.filter(({ kind }) => kind === KIND_FOLDER).map(({ id }) => id)
  // Its content bears the mark of the deletion and must come back with it.
  await tx.$executeRaw`
    WITH RECURSIVE down AS (
      SELECT id AS top_id, id FROM entry WHERE id = ANY(${folders}::bigint[])
      UNION ALL
      SELECT d.top_id, c.id FROM down d JOIN entry c ON c.parent_id = d.id AND c.trash_id <> c.id
    )
    UPDATE entry e SET trash_id = d.top_id FROM down d WHERE e.id = d.id AND e.id <> d.top_id`
  await addTreeJobs(tx, folders, 'trash')
}
