'use client'

import { useTranslations } from 'next-intl'
import { nameInSentence } from '../../components/split-name.ts'
import type { JobView } from './schema.ts'
import { useChangeText } from './use-change-text.ts'

/** As much of a job as is known before the server has made one of it. */
type BegunJob = Pick<JobView, 'kind' | 'total' | 'name' | 'target'>

const startedKeys = {
  copy: 'copying',
  save: 'saving',
  trash: 'trashing',
  restore: 'restoring',
  delete: 'deleting',
  star: 'starring',
  unstar: 'unstarring',
  tag: 'tagging',
} as const
const doneKeys = {
  move: 'moved',
  copy: 'copied',
  save: 'saved',
  trash: 'trashed',
  restore: 'restored',
  delete: 'deleted',
  star: 'starred',
  unstar: 'unstarred',
  tag: 'tagged',
} as const
/** Changes marks of entries, and none of them. */
export const isLabelling = ({ kind }: JobView) => kind === 'star' || kind === 'unstar' || kind === 'tag'

/** What a job is called while it runs, and when it has ended. */
export function useJobText() {
  const t = useTranslations('jobs')
  const shell = useTranslations('shell')
  const { sentence } = useChangeText()
  const values = ({ total, name, target }: BegunJob, n = total) => ({
    n,
    total,
    name: nameInSentence(name),
    // The top folder has no name of its own.
    target: target === null ? '' : nameInSentence(target.name) || shell('drive'),
  })
  const doneText = (job: JobView): string => {
    // What has a star already is no less starred for being left out.
    const skipped = isLabelling(job) ? 0 : job.skipped
    const did = values(job, job.done - job.skipped)
    if (skipped > 0 && did.n === 0) return t('allSkipped', values(job, skipped))
    const backwards = job.kind === 'move' && job.target === null
    const title = backwards ? t('movedBack', did) : t(doneKeys[job.kind], did)
    return skipped > 0 ? t('skipped', { title, n: skipped }) : title
  }
  const startedText = (job: BegunJob): string => {
    if (job.kind === 'move') return job.target === null ? t('movingBack', values(job)) : t('moving', values(job))
    return t(startedKeys[job.kind], values(job))
  }
  const title = (job: JobView): string => {
    if (job.state === 'cancelled') return t('cancelled', { title: startedText(job) })
    if (job.state === 'failed') return t('failed', { title: startedText(job) })
    return job.state === 'done' ? doneText(job) : startedText(job)
  }
  return {
    startedText,
    doneText,
    /** The line of the list: what goes on, how it ended. */
    title,
    /** The sentence when it ends: the line of the list, which has the reason below it, with the reason. */
    endText: (job: JobView): string =>
      job.state === 'failed'
        ? t('failedWhy', { title: startedText(job), reason: sentence(job.error ?? '') })
        : title(job),
  }
}
