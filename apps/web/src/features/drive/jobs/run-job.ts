import { ApiError, type ErrorCode } from '../../../lib/api-error.ts'
import { db, inTransaction, type Transaction, violatedIndex } from '../../../lib/db.ts'
import { runTreeJob } from '../../../lib/entries/tree-job.ts'
import { copyStep } from './copy-step.ts'
import { deleteStep, unhideRest } from './delete-step.ts'
import type { BatchResult, RunningJob } from './job-rows.ts'
import { starStep, tagStep } from './label-steps.ts'
import { moveStep } from './move-step.ts'
import { restoreStep } from './restore-step.ts'
import { trashStep } from './trash-step.ts'

const steps: Record<RunningJob['kind'], (tx: Transaction, job: RunningJob) => Promise<BatchResult>> = {
  move: moveStep,
  copy: copyStep,
  save: copyStep,
  trash: trashStep,
  restore: restoreStep,
  delete: deleteStep,
  star: starStep,
  unstar: starStep,
  tag: tagStep,
}

/**
 * Goes on with a job, batch by batch, until nothing is left or it is `untilMs`. Every batch is a transaction that also
 * notes how far it came: whoever goes on, and whenever, nothing is done twice. Returns whether the job has ended, or is
 * in the hands of another process. Throws the refusal that ended it.
 */
export async function runJob(jobId: bigint, untilMs: number): Promise<boolean> {
  do {
    if (await runBatch(jobId)) return true
  } while (Date.now() < untilMs)
  return false
}

async function runBatch(jobId: bigint): Promise<boolean> {
  try {
    return await inTransaction((tx) => step(tx, jobId))
  } catch (error) {
    // Someone took a name between looking and writing: the next look sees it.
    if (violatedIndex(error) === 'entry_name') return false
    if (!(error instanceof ApiError)) throw error
    await endJob(jobId, 'failed', error.code)
    throw error
  }
}

async function step(tx: Transaction, jobId: bigint): Promise<boolean> {
  const [job] = await tx.$queryRaw<RunningJob[]>`
    SELECT id, owner_id AS "ownerId", kind, input, phase::int AS phase, at, undoes_id AS "undoesId" FROM job
    WHERE id = ${jobId} AND state IN ('queued', 'running') FOR NO KEY UPDATE SKIP LOCKED`
  if (!job) return true
  const result = await steps[job.kind](tx, job)
  if (result.finished === true && job.undoesId !== null) await bringBackReplaced(tx, job.undoesId)
  await tx.$executeRaw`
    UPDATE job SET state = ${result.finished === true ? 'done' : 'running'}, beat_at = now(),
      started_at = coalesce(started_at, now()), finished_at = ${result.finished === true ? new Date() : null}::timestamptz,
      phase = ${result.phase ?? job.phase}, at = ${result.at ?? job.at}, total = total + ${result.found ?? 0},
      done = done + ${result.done}, skipped = skipped + ${result.skipped ?? 0}, renamed = renamed + ${result.renamed ?? 0},
      bytes = bytes + ${result.bytes ?? 0n}
    WHERE id = ${jobId}`
  return result.finished === true
}

/** What had made room comes back when the change is taken back, where its name is free again. */
async function bringBackReplaced(tx: Transaction, undoneId: bigint): Promise<void> {
  await tx.$executeRaw`
    UPDATE entry e SET trash_id = NULL, trashed_at = NULL
    FROM job_item i
    WHERE i.job_id = ${undoneId} AND i.replaced_id = e.id AND e.trash_id = e.id
      AND EXISTS (SELECT 1 FROM entry p WHERE p.id = e.parent_id AND p.trash_id IS NULL)
      AND NOT EXISTS (
        SELECT 1 FROM entry o WHERE o.parent_id = e.parent_id AND o.name = e.name AND o.trash_id IS NULL
      )`
}

/** Ends a job before its end; waits for the batch that is running. What is done stays. False: it had ended before. */
export async function endJob(jobId: bigint, state: 'failed' | 'cancelled', error: ErrorCode | null): Promise<boolean> {
  return await inTransaction(async (tx) => {
    const ended = await tx.$queryRaw<{ ownerId: string; kind: string }[]>`
      UPDATE job SET state = ${state}, error = ${error}, finished_at = now(), beat_at = now()
      WHERE id = ${jobId} AND state IN ('queued', 'running')
      RETURNING owner_id AS "ownerId", kind`
    const [job] = ended
    if (job?.kind === 'delete') await unhideRest(tx, job.ownerId, jobId)
    return job !== undefined
  })
}

/** Small trees of what a job trashed or restored are marked before the answer; the worker goes on with large ones. */
export async function runTreeJobsOf(jobId: bigint, untilMs: number): Promise<void> {
  const tops = await db().$queryRaw<{ id: bigint }[]>`
    SELECT t.top_id AS id FROM job_item i JOIN tree_job t ON t.top_id = i.entry_id WHERE i.job_id = ${jobId} LIMIT 100`
  for (const { id } of tops) {
    if (Date.now() >= untilMs) return
    await runTreeJob(id, untilMs)
  }
}
