import { db } from '../../../lib/db.ts'
import { loadItems } from '../../../lib/entries/entry-rows.ts'
import type { Change } from '../schema.ts'
import { type CreatedJob, createJob, createSave, type JobRequest, type SharedSource } from './create-job.ts'
import { jobView } from './job-queries.ts'
import { runJob, runTreeJobsOf } from './run-job.ts'
import { createUndo } from './undo-job.ts'

/** PostgreSQL's channel on which a worker hears that there is something to do. */
const JOBS_CHANNEL = 'cairn_jobs'
const AT_ONCE_ITEMS = 200
const AT_ONCE_MS = 300

/** Does it: before the answer when it is little, else a worker does, and the answer says how far it is. */
export async function perform(request: JobRequest): Promise<Change> {
  return await start(await createJob(request))
}

/** Copies what somebody shared into the top folder. */
export async function saveShared(ownerId: string, source: SharedSource): Promise<Change> {
  return await start(await createSave(ownerId, source))
}

/** Takes back what a job did. */
export async function undoJob(ownerId: string, publicId: string): Promise<Change> {
  return await start(await createUndo(ownerId, publicId))
}

async function start({ id, total }: CreatedJob): Promise<Change> {
  const until = Date.now() + AT_ONCE_MS
  if (total > AT_ONCE_ITEMS || !(await runAtOnce(id, until))) {
    // Without a beat: the worker need not wait to see whether somebody is still at it.
    await db().$executeRaw`UPDATE job SET beat_at = 'epoch' WHERE id = ${id} AND finished_at IS NULL`
    await db().$executeRaw`SELECT pg_notify(${JOBS_CHANNEL}, '')`
    return { job: await jobView(id), items: [] }
  }
  await runTreeJobsOf(id, until)
  return { job: await jobView(id), items: await itemsOf(id) }
}

/** Whoever waited for the end has seen it, also when it was refused. */
async function runAtOnce(id: bigint, untilMs: number): Promise<boolean> {
  try {
    return await runJob(id, untilMs)
  } finally {
    await db().$executeRaw`UPDATE job SET seen_at = finished_at WHERE id = ${id} AND finished_at IS NOT NULL`
  }
}

/** What was done, as it is now: the copies, or the entries themselves. */
async function itemsOf(jobId: bigint): Promise<Change['items']> {
  const rows = await db().$queryRaw<{ id: bigint }[]>`
    SELECT coalesce(i.made_id, i.entry_id) AS id FROM job_item i JOIN entry e ON e.id = coalesce(i.made_id, i.entry_id)
    WHERE i.job_id = ${jobId} AND i.top AND i.outcome = 'done' AND e.trash_id IS NULL ORDER BY i.n`
  const items = await loadItems(
    db(),
    rows.map(({ id }) => id),
  )
  return [...items.values()]
}
