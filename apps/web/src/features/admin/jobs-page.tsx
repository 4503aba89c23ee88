'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Asked } from '../../components/asked.tsx'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { useToast } from '../../components/toast.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import { callApi } from '../../lib/call-api.ts'
import { Badge } from './badge.tsx'
import { Box } from './box.tsx'
import { PageBar, PageBody } from './page-bar.tsx'
import type { JobsView, PersonJob, QueueView, RunJob, TaskView } from './schema.ts'
import type { Tone } from './storage-state.ts'
import { useTaskName } from './use-task-name.ts'

const PATH = '/api/admin/jobs'
const REFRESH_MS = 5000
const taskTones: Record<TaskView['state'], Tone> = { done: 'ok', running: 'progress', failed: 'danger' }
/** The refusals that end the jobs of people, and the words for each. */
const failures = [
  ['quota_exceeded', 'failedFull'],
  ['not_found', 'failedGone'],
  ['folder_gone', 'failedGone'],
  ['name_taken', 'failedTaken'],
  ['move_into_self', 'failedItself'],
  ['too_deep', 'failedDeep'],
  ['no_storage', 'failedStorage'],
  ['no_room', 'failedStorage'],
] as const

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

type Line = { key: string; cells: readonly ReactNode[]; act: ReactNode }

/** On phones a line is a card, and its first cell the title. */
function Table({ heads, lines }: { heads: readonly string[]; lines: readonly Line[] }) {
  return (
    <div className="overflow-x-auto">
      <table className="mb-1 w-full min-w-max text-13 phone:block phone:min-w-0">
        <thead className="phone:sr-only">
          <tr className="h-[30px] border-line border-b text-left text-12 text-ink-3">
            {heads.map((head) => (
              <th key={head} scope="col" className="px-3 font-medium first:pl-5">
                {head}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody className="phone:block">
          {lines.map(({ key, cells, act }) => (
            <tr
              key={key}
              className="phone:grid phone:grid-cols-2 phone:gap-x-4 phone:gap-y-2 phone:border-line phone:border-b phone:px-4 phone:py-3 phone:last:border-b-0"
            >
              {cells.map((cell, index) => (
                <td
                  key={heads[index]}
                  data-title={heads[index]}
                  className={cn(
                    'h-10 px-3 desk:first:pl-5 phone:block phone:h-auto phone:min-w-0 phone:px-0',
                    index === 0
                      ? 'phone:col-span-2 phone:truncate phone:font-medium'
                      : 'phone:before:block phone:before:text-12 phone:before:text-ink-3 phone:before:content-[attr(data-title)]',
                  )}
                >
                  {cell}
                </td>
              ))}
              <td className="h-10 pr-5 pl-3 text-right phone:col-span-2 phone:h-auto phone:px-0 phone:text-left phone:empty:hidden">
                {act}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Failing({ count }: { count: number }) {
  const format = useFormat()
  return count === 0 ? '0' : <Badge tone="warn">{format.count(count)}</Badge>
}

/**
 * When something failed and why. Long ones are cut, and whole under the mouse; on phones there is room for all of it. A
 * database says in several lines what it was asked, and in the last one why it did not do it.
 */
function Reason({ error, failedAt = null }: { error: string | null; failedAt?: string | null }) {
  const t = useTranslations('adminJobs')
  const format = useFormat()
  if (error === null) return '–'
  const why = error.trim().split('\n').at(-1) ?? ''
  return (
    <span
      title={error.trim()}
      className="block max-w-[480px] truncate text-ink-2 phone:max-w-none phone:whitespace-normal phone:wrap-anywhere"
    >
      {failedAt === null ? why : t('errorAt', { error: why, date: format.date(failedAt) })}
    </span>
  )
}

function Queues({ queues }: { queues: readonly QueueView[] }) {
  const t = useTranslations('adminJobs')
  const format = useFormat()
  const run = useRun()
  return (
    <Box title={t('queues')} note={t('queuesNote')}>
      <Table
        heads={[t('queue'), t('waiting'), t('failing'), t('reason')]}
        lines={queues.map(({ name, waiting, failing, lastError }) => ({
          key: name,
          cells: [
            t(`queue_${name}`),
            format.count(waiting),
            <Failing key="failing" count={failing} />,
            <Reason key="reason" error={lastError} />,
          ],
          act:
            failing === 0 ? null : (
              <Button size="sm" disabled={run.isPending} onClick={() => run.mutate({ retry: name })}>
                {t('retry')}
              </Button>
            ),
        }))}
      />
    </Box>
  )
}

function PersonJobs({ jobs }: { jobs: readonly PersonJob[] }) {
  const t = useTranslations('adminJobs')
  const format = useFormat()
  const run = useRun()
  const failed = (code: string) => {
    const words = failures.find(([known]) => known === code)?.[1]
    return words === undefined ? t('failedWith', { code }) : t(words)
  }
  return (
    <Box title={t('ofPeople')} note={t('ofPeopleNote')}>
      {jobs.length === 0 ? <p className="px-5 pb-4 text-13 text-ink-3">{t('noJobs')}</p> : null}
      {jobs.length === 0 ? null : (
        <Table
          heads={[t('person'), t('kind'), t('progress'), t('state'), t('asked')]}
          lines={jobs.map(({ id, owner, kind, done, total, state, error, createdAt }) => ({
            key: id,
            cells: [
              owner,
              t(`kind_${kind}`),
              t('doneOf', { n: done, m: total }),
              <Badge key="state" tone={error === null ? 'quiet' : 'danger'}>
                {error === null ? t(`state_${state}`) : failed(error)}
              </Badge>,
              format.date(createdAt),
            ],
            act:
              state === 'failed' && kind !== 'delete' ? (
                <Button size="sm" disabled={run.isPending} onClick={() => run.mutate({ again: id })}>
                  {t('retry')}
                </Button>
              ) : null,
          }))}
        />
      )}
    </Box>
  )
}

function Tasks({ tasks }: { tasks: readonly TaskView[] }) {
  const t = useTranslations('adminJobs')
  const nameOf = useTaskName()
  const format = useFormat()
  const run = useRun()
  return (
    <Box title={t('tasks')} note={t('tasksNote')}>
      {tasks.length === 0 ? <p className="px-5 pb-4 text-13 text-ink-3">{t('noWorker')}</p> : null}
      {tasks.length === 0 ? null : (
        <Table
          heads={[t('task'), t('state'), t('lastRun'), t('reason')]}
          lines={tasks.map(({ name, state, startedAt, error, failedAt }) => ({
            key: name,
            cells: [
              // Logs call it by its identifier.
              <span key="name" title={name}>
                {nameOf(name)}
              </span>,
              <Badge key="state" tone={taskTones[state]}>
                {t(`task_${state}`)}
              </Badge>,
              format.date(startedAt),
              <Reason key="reason" error={error} failedAt={failedAt} />,
            ],
            act: (
              <Button size="sm" disabled={run.isPending} onClick={() => run.mutate({ run: name })}>
                {t('runNow')}
              </Button>
            ),
          }))}
        />
      )}
    </Box>
  )
}
