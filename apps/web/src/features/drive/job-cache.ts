import type { QueryClient } from '@tanstack/react-query'
import type { JobView } from './schema.ts'

export const jobsKey = ['jobs'] as const

/** A job that the server has just told about: shown at once when it goes on. */
export function noteJob(client: QueryClient, job: JobView): void {
  if (job.finishedAt !== null) return
  // An answer on its way does not know it.
  void client.cancelQueries({ queryKey: jobsKey })
  client.setQueryData<JobView[]>(jobsKey, (known = []) => [job, ...known.filter(({ id }) => id !== job.id)])
}
