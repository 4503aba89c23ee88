import type { UploadItem } from './upload-item.ts'
import type { UploadSummary } from './upload-summary.ts'

export type UploadPhase = 'empty' | 'offline' | 'uploading' | 'finishing' | 'paused' | 'needs-files' | 'finished'

/** What the panel as a whole is doing, the most telling thing first. */
export function phaseOf({ files, counts }: UploadSummary): UploadPhase {
  if (files === 0) return 'empty'
  if (counts.waiting > 0 && counts.uploading + counts.finishing === 0) return 'offline'
  if (counts.uploading + counts.queued + counts.waiting > 0) return 'uploading'
  if (counts.finishing > 0) return 'finishing'
  if (counts.paused + counts.elsewhere > 0) return 'paused'
  return counts['needs-file'] > 0 ? 'needs-files' : 'finished'
}

/** What all that waits waits for: an answer, or a storage that can write, only where nothing waits for the network. */
export function awaited({ counts, waitingForServer, waitingForDisk }: UploadSummary): 'network' | 'server' | 'disk' {
  if (counts.waiting === 0 || waitingForServer < counts.waiting) return 'network'
  return waitingForDisk === counts.waiting ? 'disk' : 'server'
}

/** The words for it, among those of the uploads. */
export const awaitedWords = { network: 'waitingNetwork', server: 'waitingServer', disk: 'waitingDisk' } as const

/** Files that still need something, without those that wait for their file. */
export function runningCount({ counts }: UploadSummary): number {
  return counts.queued + counts.uploading + counts.finishing + counts.paused + counts.waiting + counts.elsewhere
}

/** Those, and those that wait for their file: what is to be done yet. */
export function openCount(summary: UploadSummary): number {
  return runningCount(summary) + summary.counts['needs-file']
}

/** Those that this page sends, or is to send. */
export function ownCount(summary: UploadSummary): number {
  return runningCount(summary) - summary.counts.elsewhere
}

/** What cancelling everything takes away: not what is being stored, and not what another device goes on with. */
export const cancellable = ['queued', 'uploading', 'paused', 'waiting', 'needs-file'] as const

export function cancellableCount({ counts }: UploadSummary): number {
  return cancellable.reduce((sum, state) => sum + counts[state], 0)
}

export function finishedCount({ counts }: UploadSummary): number {
  return counts.stored + counts.done + counts.skipped
}

/** Those that are stored now, those of the page before among them, and were not left out. */
export function uploadedCount(summary: UploadSummary): number {
  return finishedCount(summary) - summary.skippedFiles + summary.before.files
}

/** Whole percents, 100 only when everything is there. */
export function percentOfQueue(summary: UploadSummary): number {
  const percent = summary.allBytes === 0 ? 100 : Math.floor((100 * summary.sentBytes) / summary.allBytes)
  return openCount(summary) > 0 ? Math.min(99, percent) : percent
}

export function percentOf({ size, sent, state }: Pick<UploadItem, 'size' | 'sent' | 'state'>): number {
  const percent = size === 0 ? 100 : Math.floor((100 * sent) / size)
  return state === 'uploading' ? Math.min(99, percent) : percent
}

/** A report of what failed, one line for each file, to copy into a message. */
export function failureReport(failed: readonly UploadItem[], reasonOf: (item: UploadItem) => string): string {
  return failed.map((item) => `${item.folderLabel} / ${item.name}\t${item.size} B\t${reasonOf(item)}`).join('\n')
}
