'use client'

import {
  Check,
  CircleAlert,
  CircleSlash,
  Copy,
  FolderInput,
  HardDriveDownload,
  RotateCcw,
  Star,
  StarOff,
  Tag,
  Trash2,
} from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { RefObject } from 'react'
import { AnchoredPanel } from '../../components/anchored-panel.tsx'
import { Button } from '../../components/button.tsx'
import { cn } from '../../components/class-names.ts'
import { Icon } from '../../components/icon.tsx'
import { useFormat } from '../../i18n/use-format.ts'
import type { JobView } from './schema.ts'
import { useChangeText } from './use-change-text.ts'
import { useJobText } from './use-job-text.ts'
import { isRunning } from './use-jobs.ts'

const kindIcons = {
  move: FolderInput,
  copy: Copy,
  save: HardDriveDownload,
  trash: Trash2,
  restore: RotateCcw,
  delete: Trash2,
  star: Star,
  unstar: StarOff,
  tag: Tag,
} as const

type JobsPanelProps = {
  anchor: RefObject<HTMLButtonElement | null>
  open: boolean
  onOpenChange: (open: boolean) => void
  running: readonly JobView[]
  ended: readonly JobView[]
  onCancel: (id: string) => void
  onUndo: (job: JobView) => void
}

/** The list of what goes on in the background and what ended there. */
export function JobsPanel({ anchor, open, onOpenChange, running, ended, onCancel, onUndo }: JobsPanelProps) {
  const t = useTranslations('jobs')
  return (
    <AnchoredPanel
      anchor={anchor}
      open={open}
      onOpenChange={onOpenChange}
      label={t('jobs')}
      className="w-[384px] max-w-[calc(100vw-16px)]"
    >
      <div className="flex items-center justify-between px-3 pt-2 pb-1.5">
        <b>{t('jobs')}</b>
        {running.length > 0 ? <span className="text-12 text-ink-3">{t('hint')}</span> : null}
      </div>
      {running.length + ended.length === 0 ? <p className="px-3 pt-1 pb-3 text-13 text-ink-3">{t('none')}</p> : null}
      <ul className="scrollbar-thin max-h-[60dvh] overflow-y-auto">
        {[...running, ...ended].map((job, index) => (
          <JobLine
            key={job.id}
            job={job}
            apart={index > 0 && index === running.length}
            onCancel={() => onCancel(job.id)}
            onUndo={() => onUndo(job)}
          />
        ))}
      </ul>
    </AnchoredPanel>
  )
}

type JobLineProps = { job: JobView; apart: boolean; onCancel: () => void; onUndo: () => void }

function JobLine({ job, apart, onCancel, onUndo }: JobLineProps) {
  const common = useTranslations('common')
  const { title } = useJobText()
  const running = isRunning(job)
  return (
    <li className={cn('flex items-start gap-3 py-2.5 pr-2 pl-3', apart && 'mt-1 border-line border-t')}>
      <StateIcon job={job} />
      <div className="min-w-0 flex-1">
        <p className="line-clamp-2 font-medium text-13/[18px] [overflow-wrap:anywhere]">{title(job)}</p>
        <p className="text-12 text-ink-3 tabular-nums">
          <Facts job={job} />
        </p>
        {running ? (
          <div
            role="progressbar"
            aria-label={title(job)}
            aria-valuemin={0}
            aria-valuemax={job.total}
            aria-valuenow={job.done}
            className="mt-1.5 h-1 overflow-hidden rounded-full bg-track forced-colors:border"
          >
            <div
              className="h-full origin-left bg-accent transition-transform duration-1000 ease-linear"
              style={{ transform: `scaleX(${job.total === 0 ? 0 : job.done / job.total})` }}
            />
          </div>
        ) : null}
      </div>
      {running ? (
        <Button kind="ghost" size="sm" className="h-7" onClick={onCancel}>
          {common('cancel')}
        </Button>
      ) : null}
      {!running && job.undoable ? (
        <Button kind="ghost" size="sm" className="h-7" onClick={onUndo}>
          {common('undo')}
        </Button>
      ) : null}
    </li>
  )
}

function StateIcon({ job }: { job: JobView }) {
  if (job.state === 'done') return <Icon of={Check} className="mt-px text-ok" />
  if (job.state === 'failed') return <Icon of={CircleAlert} className="mt-px text-danger" />
  if (job.state === 'cancelled') return <Icon of={CircleSlash} className="mt-px text-ink-3" />
  return <Icon of={kindIcons[job.kind]} className="mt-px text-ink-2" />
}

function Facts({ job }: { job: JobView }) {
  const t = useTranslations('jobs')
  const format = useFormat()
  const { sentence } = useChangeText()
  const { state, done, total, startedAt, error } = job
  if (state === 'queued') return t('waiting')
  if (state === 'failed') return `${sentence(error ?? '')} ${t('didBefore', { done, total })}`
  if (state === 'cancelled') return t('didBefore', { done, total })
  if (state === 'done') return format.date(job.finishedAt ?? job.createdAt)
  const seconds = startedAt === null ? 0 : (Date.now() - Date.parse(startedAt)) / 1000
  if (done === 0 || seconds < 2) return t('progress', { done, total })
  return t('progressLeft', { done, total, time: format.duration((seconds * (total - done)) / done) })
}
