import type { TaskList } from 'graphile-worker'
import { forgetShares } from '../features/shares/server/forget-shares.ts'
import { dropEndedParts } from '../features/uploads/server/drop-ended-parts.ts'
import { expireUploads } from '../features/uploads/server/expire-uploads.ts'
import { reconcileUploads } from '../features/uploads/server/reconcile.ts'
import { log } from '../lib/log.ts'
import { forgetZipSnapshots } from '../lib/zip/zip-snapshot.ts'
import { auditQuotaGroups, auditQuotas } from './audit-quota.ts'
import { sampleCapacity, thinCapacitySamples } from './capacity-samples.ts'
import { expireTrash } from './expire-trash.ts'
import { fillGrams } from './fill-grams.ts'
import { folderStat } from './folder-stat.ts'
import { forgetOldRows } from './forget.ts'
import { collectGarbage } from './garbage.ts'
import { runJobs } from './jobs.ts'
import { reapBlobs } from './reaper.ts'
import { runAlone } from './run-alone.ts'
import { logged } from './task-log.ts'
import { makeThumbnails } from './thumbnails.ts'
import { continueTreeJobs } from './tree-jobs.ts'
import { runQuickVerifications, runVerifications } from './verifications.ts'

/** What runs every minute. Each may run in several workers at once, and again after being cut off anywhere. */
const everyMinute: Record<string, () => Promise<unknown>> = {
  reconcile: () => reconcileUploads(),
  expireUploads,
  reapBlobs,
  collectGarbage,
  continueTreeJobs,
  runJobs,
  expireTrash,
  forgetOldRows,
  fillGrams: () => fillGrams(),
  makeThumbnails,
  runVerifications: () => runVerifications(),
  runQuickVerifications,
  sampleCapacity,
}

const everyHour: Record<string, () => Promise<unknown>> = {
  folderStat,
  dropEndedParts,
  forgetShares,
  forgetZipSnapshots,
}

const everyNight: Record<string, () => Promise<unknown>> = { auditQuotas, auditQuotaGroups, thinCapacitySamples }

/** Those that do not wait for the next minute when PostgreSQL notifies a channel. */
export const awaitedTasks = {
  cairn_thumbnails: ['makeThumbnails'],
  cairn_jobs: ['runJobs'],
  cairn_verifications: ['runVerifications', 'runQuickVerifications'],
} as const

/** Those that also run when a worker starts. */
export const startTasks = Object.keys({ ...everyMinute, ...everyHour })

// One attempt: the next time is soon enough. The key keeps late runs from piling up.
const schedule = (times: string, tasks: object) =>
  Object.keys(tasks).map((name) => `${times} ${name} ?max=1&jobKey=${name}`)
export const crontab = [
  ...schedule('* * * * *', everyMinute),
  ...schedule('23 * * * *', everyHour),
  ...schedule('17 3 * * *', everyNight),
].join('\n')

/** Task handlers that never throw: a failure is logged, then it is over. */
export function makeTaskList(): TaskList {
  return Object.fromEntries(
    Object.entries({ ...everyMinute, ...everyHour, ...everyNight }).map(([name, work]) => [
      name,
      runAlone(() => perform(name, work)),
    ]),
  )
}

async function perform(name: string, work: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  try {
    const result = await logged(name, work)
    log().debug({ task: name, ms: Math.round(performance.now() - startedAt), result }, 'task')
  } catch (error) {
    log().error({ err: error, task: name }, 'task failed')
  }
}
