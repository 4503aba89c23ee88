import { listTreeJobs, runTreeJob } from '../lib/entries/tree-job.ts'

const SLICE_MS = 1000

/**
 * Goes on with trashing and restoring large trees until nothing is left, turn by turn, so that small trees need not wait
 * for large ones. Returns how many jobs were looked at.
 */
export async function continueTreeJobs(): Promise<number> {
  const jobs = await listTreeJobs()
  for (let turns = jobs; turns.length > 0; ) {
    const unfinished: bigint[] = []
    for (const topId of turns) if (!(await runTreeJob(topId, Date.now() + SLICE_MS))) unfinished.push(topId)
    turns = unfinished
  }
  return jobs.length
}
