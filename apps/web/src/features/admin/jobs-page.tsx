'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { Badge } from './badge.tsx'
import { Box } from './box.tsx'
import { PageBar, PageBody } from './page-bar.tsx'
import type { JobsView, PersonJob, QueueView, RunJob, TaskView } from './schema.ts'
import type { Tone } from './storage-state.ts'

const PATH = '/api/admin/jobs'
const REFRESH_MS = 5000
const taskTones: Record<TaskView['state'], Tone> = { done: 'ok', running: 'progress', failed: 'danger' }

/** What works in the background: what waits, what runs, what failed and why. */
export function JobsPage() {
  const t = useTranslations('adminJobs')
  const asked = useQuery({
    queryKey: ['admin', 'jobs'],
    queryFn: () => callApi<JobsView>(PATH),
    refetchInterval: REFRESH_MS,
  })
  return (
    <>
      <PageBar title={t('title')} />
      <PageBody>
        <Asked of={asked}>
          {({ queues, jobs, tasks }) => (
            <div className="flex flex-col gap-5 px-6 phone:px-4">
              <Queues queues={queues} />
              <PersonJobs jobs={jobs} />
              <Tasks tasks={tasks} />
            </div>
          )}
        </Asked>
      </PageBody>
    </>
  )
}

function useRun() {
  const t = useTranslations('adminJobs')
  const toast = useToast()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: RunJob) => callApi<void>(PATH, { method: 'POST', body }),
    onSuccess: async () => {
      toast({ text: t('started') })
      await client.invalidateQueries({ queryKey: ['admin', 'jobs'] })
    },
    onError: () => toast({ text: t('notStarted'), problem: true }),
  })
}

function Table({ heads, children }: { heads: readonly string[]; children: ReactNode }) {
  return (
    <div className="overflow-x-auto">
      <table className="mb-1 w-full min-w-max text-13 [&_td]:h-10 [&_td]:px-3 [&_td]:first:pl-5 [&_td]:last:pr-5 [&_th]:first:pl-5">
        <thead>
          <tr className="h-[30px] border-line border-b text-left text-12 text-ink-3">
            {heads.map((head) => (
              <th key={head} scope="col" className="px-3 font-medium">
                {head}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

function Queues({ queues }: { queues: readonly QueueView[] }) {
  const t = useTranslations('adminJobs')
  const format = useFormat()
  const run = useRun()
  return (
    <Box title={t('queues')} note={t('queuesNote')}>
      <Table heads={[t('queue'), t('waiting'), t('failing'), t('reason')]}>
        {queues.map(({ name, waiting, failing, lastError }) => (
          <tr key={name}>
            <td>{t(`queue_${name}`)}</td>
            <td className="tabular-nums">{format.count(waiting)}</td>
            <td className="tabular-nums">{failing === 0 ? '0' : <Badge tone="warn">{format.count(failing)}</Badge>}</td>
            <td className="max-w-[360px] truncate text-ink-2" title={lastError ?? ''}>
              {lastError ?? '–'}
            </td>
            <td className="text-right">
              {failing === 0 ? null : (
                <Button size="sm" disabled={run.isPending} onClick={() => run.mutate({ retry: name })}>
                  {t('retry')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Box>
  )
}

function PersonJobs({ jobs }: { jobs: readonly PersonJob[] }) {
  const t = useTranslations('adminJobs')
  const format = useFormat()
  const run = useRun()
  return (
    <Box title={t('ofPeople')} note={t('ofPeopleNote')}>
      {jobs.length === 0 ? <p className="px-5 pb-4 text-13 text-ink-3">{t('noJobs')}</p> : null}
      {jobs.length === 0 ? null : (
        <Table heads={[t('person'), t('kind'), t('progress'), t('state'), t('asked')]}>
          {jobs.map(({ id, owner, kind, done, total, state, error, createdAt }) => (
            <tr key={id}>
              <td>{owner}</td>
              <td>{t(`kind_${kind}`)}</td>
              <td className="tabular-nums">{t('doneOf', { n: done, m: total })}</td>
              <td>
                <Badge tone={error === null ? 'quiet' : 'danger'}>
                  {error === null ? t(`state_${state}`) : t('failedWith', { code: error })}
                </Badge>
              </td>
              <td className="text-ink-2">{format.date(createdAt)}</td>
              <td className="text-right">
                {state === 'failed' && kind !== 'delete' ? (
                  <Button size="sm" disabled={run.isPending} onClick={() => run.mutate({ again: id })}>
                    {t('retry')}
                  </Button>
                ) : null}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Box>
  )
}

function Tasks({ tasks }: { tasks: readonly TaskView[] }) {
  const t = useTranslations('adminJobs')
  const format = useFormat()
  const run = useRun()
  return (
    <Box title={t('tasks')} note={t('tasksNote')}>
      {tasks.length === 0 ? <p className="px-5 pb-4 text-13 text-ink-3">{t('noWorker')}</p> : null}
      {tasks.length === 0 ? null : (
        <Table heads={[t('task'), t('state'), t('lastRun'), t('reason')]}>
          {tasks.map(({ name, state, startedAt, error, failedAt }) => (
            <tr key={name}>
              <td className="font-mono text-12">{name}</td>
              <td>
                <Badge tone={taskTones[state]}>{t(`task_${state}`)}</Badge>
              </td>
              <td className="text-ink-2">{format.date(startedAt)}</td>
              <td className="max-w-[360px] truncate text-ink-2" title={error ?? ''}>
                {error === null || failedAt === null ? '–' : t('errorAt', { error, date: format.date(failedAt) })}
              </td>
              <td className="text-right">
                <Button size="sm" disabled={run.isPending} onClick={() => run.mutate({ run: name })}>
                  {t('runNow')}
                </Button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Box>
  )
}
