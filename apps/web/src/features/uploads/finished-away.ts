import type { UploadSummary } from './upload-summary.ts'
import { finishedCount, runningCount } from './upload-view.ts'

export type Finished = { done: number; instant: number; failed: number }

/** What ended between two moments. Null while something still runs, and when nothing ended. */
export function finishedBetween(before: UploadSummary, after: UploadSummary): Finished | null {
  if (runningCount(after) > 0) return null
  const instant = after.instantFiles - before.instantFiles
  const done = finishedCount(after) - finishedCount(before) - instant
  const failed = after.counts.failed - before.counts.failed
  return done + instant + failed > 0 ? { done, instant, failed } : null
}
