import { runJob } from '../features/drive/jobs/run-job.ts'
import { ApiError } from '../lib/api-error.ts'
import { db } from '../lib/db.ts'

const SLICE_MS = 1000
/** A process that lost a job had written its beat with the last batch, and a batch takes a second at most. */
const LOST_AFTER_S = 15

/** Goes on with what people asked for until nothing is left, turn by turn, so that small jobs need not wait for large. */
export async function runJobs(): Promise<number> {
  const turns: bigint[] = []
  let ended = 0
  for (;;) {
    for (const id of await dueJobs(turns)) turns.push(id)
    const id = turns.shift()
    if (id === undefined) return ended
    if (await runSlice(id)) ended += 1
    else turns.push(id)
  }
}

async function runSlice(id: bigint): Promise<boolean> {
  try {
    return await runJob(id, Date.now() + SLICE_MS)
  } catch (error) {
    // A refusal is the job's own end; its owner reads why.
    if (error instanceof ApiError) return true
    throw error
  }
}

async function dueJobs(known: readonly bigint[]): Promise<bigint[]> {
  const rows = await db().$queryRaw<{ id: bigint }[]>`
    SELECT id FROM job
    WHERE state IN ('queued', 'running') AND id <> ALL(${[...known]}::bigint[])
      AND (state = 'queued' OR beat_at < now() - make_interval(secs => ${LOST_AFTER_S}))
    ORDER BY id LIMIT 100`
  return rows.map(({ id }) => id)
}
