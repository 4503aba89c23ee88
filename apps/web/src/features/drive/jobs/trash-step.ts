import type { Transaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { addTreeJobs } from '../../../lib/entries/tree-job.ts'
import { type BatchResult, lockEntries, nextItems, type RunningJob, saveResults } from './job-rows.ts'

const BATCH_ITEMS = 1000

/** The next entries to trash. What lies in folders follows as tree jobs do: for people it is gone at once. */
export async function trashStep(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const items = await nextItems(tx, job, BATCH_ITEMS)
  if (items.length === 0) return { done: 0, finished: true }
  const present = (await lockEntries(tx, items)).filter(({ trashId }) => trashId === null)
  const ids = present.map(({ entryId }) => entryId)
  await tx.$executeRaw`UPDATE entry SET trash_id = id, trashed_at = now() WHERE id = ANY(${ids}::bigint[])`
  const folders = present.filter(({ kind }) => kind === KIND_FOLDER)
  await addTreeJobs(
    tx,
    folders.map(({ entryId }) => entryId),
    'trash',
  )
  await recordActivity(
    tx,
    ids.map((entryId) => ({ entryId, actorId: job.ownerId, kind: 'trashed' as const })),
  )
  const trashed = new Set(ids)
  await saveResults(
    tx,
    job.id,
    items.map(({ n, entryId }) => ({ n, outcome: trashed.has(entryId) ? 'done' : 'gone' })),
  )
  return {
    done: items.length,
    skipped: items.length - present.length,
    bytes: present.reduce((sum, { size }) => sum + size, 0n),
    at: items.at(-1)?.n ?? job.at,
  }
}
