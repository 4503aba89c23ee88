import { ApiError } from '../../../lib/api-error.ts'
import { recordAudit } from '../../../lib/audit.ts'
import { db, inTransaction, type Transaction } from '../../../lib/db.ts'
import type { JobsView, PersonJob, QueueName, QueueView, RunJob, TaskView } from '../schema.ts'

const JOBS_MAX = 100
/** The task that works on each queue. */
const taskOf: Record<QueueName, string> = {
  blobs: 'reapBlobs',
  garbage: 'collectGarbage',
  trees: 'continueTreeJobs',
  thumbnails: 'makeThumbnails',
}

/** What waits, what runs, and what failed. */
export async function listJobs(): Promise<JobsView> {
  const [queues, tasks, jobs] = await Promise.all([readQueues(), readTasks(), readPersonJobs()])
  return { queues, tasks, jobs }
}

function readQueues(): Promise<QueueView[]> {
  return db().$queryRaw<QueueView[]>`
    SELECT 'blobs' AS name, count(*)::int AS waiting, count(*) FILTER (WHERE attempts > 0)::int AS failing,
      (SELECT last_error FROM blob_check WHERE last_error IS NOT NULL ORDER BY not_before DESC LIMIT 1) AS "lastError"
    FROM blob_check
    UNION ALL
    SELECT 'garbage', count(*)::int, count(*) FILTER (WHERE attempts > 0)::int,
      (SELECT last_error FROM dfs_garbage WHERE last_error IS NOT NULL ORDER BY not_before DESC LIMIT 1)
    FROM dfs_garbage
    UNION ALL
    SELECT 'trees', count(*)::int, 0, NULL FROM tree_job
    UNION ALL
    SELECT 'thumbnails', count(*)::int, count(*) FILTER (WHERE attempts > 1)::int, NULL
    FROM thumbnail WHERE state = 'wanted' AND kind = 'small'`
}

async function readTasks(): Promise<TaskView[]> {
  const rows = await db().workerTask.findMany({ orderBy: { name: 'asc' } })
  return rows.map(({ name, startedAt, finishedAt, error, failedAt }) => ({
    name,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    error,
    failedAt: failedAt?.toISOString() ?? null,
    state: stateOf(startedAt, finishedAt, failedAt),
  }))
}

/** The last thing that was written down decides. */
function stateOf(startedAt: Date, finishedAt: Date | null, failedAt: Date | null): TaskView['state'] {
  const [started, finished, failed] = [startedAt, finishedAt, failedAt].map((time) => time?.getTime() ?? 0)
  if ((failed ?? 0) >= (started ?? 0)) return 'failed'
  return (finished ?? 0) >= (started ?? 0) ? 'done' : 'running'
}

async function readPersonJobs(): Promise<PersonJob[]> {
  const rows = await db().job.findMany({ orderBy: { id: 'desc' }, take: JOBS_MAX, include: { owner: true } })
  return rows.map(({ publicId, owner, kind, state, done, total, error, createdAt }) => ({
    id: publicId,
    owner: owner.email,
    // The CHECKs of the table allow no others.
    kind: kind as PersonJob['kind'],
    state: state as PersonJob['state'],
    done: Number(done),
    total: Number(total),
    error,
    createdAt: createdAt.toISOString(),
  }))
}

/** Lets a task run now, everything of a queue be tried again now, or somebody's job go on that had failed. */
export async function runJob(admin: { id: string; headers: Headers }, wanted: RunJob): Promise<void> {
  await inTransaction(async (tx) => {
    if ('again' in wanted) {
      const name = await goOn(tx, wanted.again)
      const target = { kind: 'job', id: wanted.again, name }
      await recordAudit(tx, { actorId: admin.id, action: 'task.run', target, headers: admin.headers })
      return
    }
    const task = 'run' in wanted ? wanted.run : taskOf[wanted.retry]
    if ('retry' in wanted) await makeDue(tx, wanted.retry)
    const known = await tx.workerTask.findUnique({ where: { name: task } })
    if (!known) throw new ApiError('not_found', 'There is no such task, or no worker has run it yet.')
    await tx.$executeRaw`SELECT graphile_worker.add_job(${task}, '{}'::json, job_key := ${task}, max_attempts := 1)`
    const target = { kind: 'task', id: task, name: task }
    await recordAudit(tx, { actorId: admin.id, action: 'task.run', target, headers: admin.headers })
  })
}

/**
 * A failed job goes on where it stopped: after more space was given, for one that did not fit. Not deletions: what they
 * had left is in the drive again. Returns what it does.
 */
async function goOn(tx: Transaction, publicId: string): Promise<string> {
  const [job] = await tx.$queryRaw<{ kind: string }[]>`
    UPDATE job SET state = 'queued', error = NULL, finished_at = NULL, seen_at = NULL, beat_at = 'epoch'
    WHERE public_id = ${publicId} AND state = 'failed' AND kind <> 'delete'
      AND NOT EXISTS (SELECT 1 FROM job u WHERE u.undoes_id = job.id)
    RETURNING kind`
  if (job === undefined) throw new ApiError('not_found', 'There is no failed job that could go on.')
  await tx.$executeRaw`SELECT pg_notify('cairn_jobs', '')`
  return job.kind
}

async function makeDue(tx: Transaction, queue: QueueName): Promise<void> {
  const notBefore = new Date()
  if (queue === 'blobs') await tx.blobCheck.updateMany({ where: { attempts: { gt: 0 } }, data: { notBefore } })
  if (queue === 'garbage') await tx.dfsGarbage.updateMany({ where: { attempts: { gt: 0 } }, data: { notBefore } })
  if (queue === 'thumbnails') await tx.thumbnail.updateMany({ where: { state: 'wanted' }, data: { notBefore } })
}
