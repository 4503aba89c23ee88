'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useAnnounce } from '../../components/live-region.tsx'
import { cancelJob, listJobs, seeJobs } from './api-client.ts'
import { useDrive } from './drive-context.tsx'
import { refresh, refreshAll } from './folder-cache.ts'
import { jobsKey } from './job-cache.ts'
import type { JobView } from './schema.ts'
import { useJobText } from './use-job-text.ts'

const POLL_MS = 1_000
const GROWING_MS = 5_000
/** Longer lists show enough; asking for all their pages again would cost more than it says. */
const GROWING_MAX = 400

export const isRunning = ({ finishedAt }: JobView) => finishedAt === null

/** What goes on in the background, asked for once a second while something does; what ended is said once. */
export function useJobs() {
  const client = useQueryClient()
  const { changes } = useDrive()
  const announce = useAnnounce()
  const { title } = useJobText()
  const { data: jobs = [] } = useQuery({
    queryKey: jobsKey,
    queryFn: listJobs,
    refetchInterval: ({ state }) => (state.data?.some(isRunning) === true ? POLL_MS : false),
    staleTime: POLL_MS,
  })
  useGrowing(jobs)
  const running = useRef(new Set<string>())
  useEffect(() => {
    const ended = jobs.filter((job) => running.current.has(job.id) && !isRunning(job))
    running.current = new Set(jobs.filter(isRunning).map(({ id }) => id))
    if (ended.length === 0) return
    refreshAll(client)
    for (const job of ended) {
      announce(title(job))
      changes.jobEnded(job)
    }
  })
  const cancel = useMutation({
    mutationFn: cancelJob,
    onSuccess: (job) =>
      client.setQueryData<JobView[]>(jobsKey, (known = []) => known.map((one) => (one.id === job.id ? job : one))),
    onSettled: () => void client.invalidateQueries({ queryKey: jobsKey }),
  })
  const seen = useMutation({
    mutationFn: seeJobs,
    onSettled: () => void client.invalidateQueries({ queryKey: jobsKey }),
  })
  return { jobs, cancel: cancel.mutate, seen: seen.mutate, undo: changes.undoJob }
}

/** The open folder that a job is filling shows what has come so far. */
function useGrowing(jobs: readonly JobView[]): void {
  const client = useQueryClient()
  const { folderId, state } = useDrive()
  const askedAt = useRef(0)
  const filling = jobs.filter((job) => isRunning(job) && job.target?.id === folderId)
  const done = filling.reduce((sum, job) => sum + job.done, 0)
  const short = state.items.length <= GROWING_MAX
  useEffect(() => {
    const now = performance.now()
    if (done === 0 || !short || now - askedAt.current < GROWING_MS) return
    askedAt.current = now
    refresh(client, folderId)
  }, [client, folderId, done, short])
}
