import { listTreeJobs, runTreeJob } from '../lib/entries/tree-job.ts'

const BUDGET_MS = 30_000

/** Goes on with trashing and restoring large trees. Returns how many jobs were looked at. */
export async function continueTreeJobs(): Promise<number> {
  const until = Date.now() + BUDGET_MS
  const jobs = await listTreeJobs()
  for (const topId of jobs) await runTreeJob(topId, until)
  return jobs.length
}
