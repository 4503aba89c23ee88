'use client'

import { ListChecks } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useOnceOpen } from '../../components/use-once-open.ts'
import { ProgressRing } from './progress-ring.tsx'
import type { JobView } from './schema.ts'
import { isRunning, useJobs } from './use-jobs.ts'

const loadPanel = () => import('./jobs-panel.tsx').then((module) => module.JobsPanel)
const JobsPanel = dynamic(loadPanel, { ssr: false })

/** What goes on in the background: a ring while it does, and a list that says how far it is. */
export function JobsPopover() {
  const t = useTranslations('jobs')
  const { jobs, cancel, seen, undo } = useJobs()
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const needed = useOnceOpen(open)
  const running = jobs.filter(isRunning)
  const ended = jobs.filter((job) => !isRunning(job))
  const news = ended.some((job) => !job.seen)
  const fetchPanel = () => void loadPanel()
  const change = (next: boolean) => {
    setOpen(next)
    // What ended while the list was open, or before, has been read.
    if (!next && news) seen()
  }
  return (
    <>
      <IconButton
        ref={button}
        label={running.length > 0 ? t('running', { n: running.length }) : t('jobs')}
        aria-haspopup="dialog"
        aria-expanded={open}
        onPointerEnter={fetchPanel}
        onFocus={fetchPanel}
        onClick={() => change(!open)}
      >
        <Icon of={ListChecks} />
        {running.length > 0 ? <ProgressRing share={shareOf(running)} /> : null}
        {running.length === 0 && news ? (
          // Beside the icon, however large the button is.
          <span className="absolute top-1/2 left-1/2 size-2 translate-x-1 -translate-y-3 rounded-full bg-accent" />
        ) : null}
      </IconButton>
      {needed ? (
        <JobsPanel
          anchor={button}
          open={open}
          onOpenChange={change}
          running={running}
          ended={ended}
          onCancel={cancel}
          onUndo={undo}
        />
      ) : null}
    </>
  )
}

function shareOf(jobs: readonly JobView[]): number {
  const total = jobs.reduce((sum, job) => sum + job.total, 0)
  return total === 0 ? 0 : jobs.reduce((sum, job) => sum + job.done, 0) / total
}
