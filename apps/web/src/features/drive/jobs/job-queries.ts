import { Prisma } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import type { Jobs, JobView } from '../schema.ts'
import type { JobInput } from './job-rows.ts'
import { endJob } from './run-job.ts'

const LISTED = 50
/** As long as Ctrl-Z goes back in the page. */
export const UNDO_MINUTES = 10

type Row = Omit<JobView, 'name' | 'target' | 'total' | 'createdAt' | 'startedAt' | 'finishedAt'> & {
  input: JobInput
  total: bigint
  done: bigint
  skipped: bigint
  renamed: bigint
  bytes: bigint
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

/** Of a job `j`: it has an end that can be taken back still. */
const UNDOABLE = Prisma.sql`(j.kind <> 'delete' AND j.done > j.skipped AND j.state NOT IN ('queued', 'running')
  AND j.finished_at > now() - make_interval(mins => ${UNDO_MINUTES})
  AND NOT EXISTS (SELECT 1 FROM job u WHERE u.undoes_id = j.id))`

async function readJobs(which: Prisma.Sql): Promise<JobView[]> {
  const rows = await db().$queryRaw<Row[]>`
    SELECT j.public_id AS id, j.kind, j.state, j.input, j.total, j.done, j.skipped, j.renamed, j.bytes, j.error,
      j.undoes_id IS NOT NULL AS "isUndo", j.seen_at IS NOT NULL AS seen, ${UNDOABLE} AS undoable,
      j.created_at AS "createdAt", j.started_at AS "startedAt", j.finished_at AS "finishedAt"
    FROM job j WHERE ${which} ORDER BY j.id DESC LIMIT ${LISTED}`
  return rows.map(({ input, createdAt, startedAt, finishedAt, ...row }) => ({
    ...row,
    total: Number(row.total),
    // Trees that grew while they were walked.
    done: Math.min(Number(row.done), Number(row.total)),
    skipped: Number(row.skipped),
    renamed: Number(row.renamed),
    bytes: Number(row.bytes),
    name: input.name,
    target: input.target === undefined ? null : { id: input.target.id, name: input.target.name },
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  }))
}

export async function jobView(id: bigint): Promise<JobView> {
  const [view] = await readJobs(Prisma.sql`j.id = ${id}`)
  if (view === undefined) throw notFound()
  return view
}

/**
 * What goes on for a person, and what ended and was not seen yet or can be taken back still; the newest first. Not what
 * was done before its answer: the page that asked for it has shown its end.
 */
export async function listJobs(ownerId: string): Promise<Jobs> {
  const seenLater = Prisma.sql`j.seen_at <> j.finished_at AND ${UNDOABLE}`
  return { jobs: await readJobs(Prisma.sql`j.owner_id = ${ownerId} AND (j.seen_at IS NULL OR ${seenLater})`) }
}

/** Stops a job after the batch that is running. What is done stays done. */
export async function cancelJob(ownerId: string, publicId: string): Promise<JobView> {
  const job = await db().job.findFirst({ where: { ownerId, publicId }, select: { id: true } })
  if (job === null) throw notFound()
  await endJob(job.id, 'cancelled', null)
  return await jobView(job.id)
}

/** What has ended has been looked at. */
export async function seeJobs(ownerId: string): Promise<void> {
  await db().$executeRaw`
    UPDATE job SET seen_at = now() WHERE owner_id = ${ownerId} AND seen_at IS NULL AND finished_at IS NOT NULL`
}
