import type { UploadItem, UploadQueue, UploadState } from './upload-queue.ts'

export type UploadPhase = 'empty' | 'offline' | 'uploading' | 'finishing' | 'paused' | 'needs-files' | 'finished'

/** What the panel as a whole is doing, the most telling thing first. */
export function phaseOf({ items, counts }: UploadQueue): UploadPhase {
  if (items.size === 0) return 'empty'
  if (counts.waiting > 0 && counts.uploading + counts.finishing === 0) return 'offline'
  if (counts.uploading + counts.queued + counts.waiting > 0) return 'uploading'
  if (counts.finishing > 0) return 'finishing'
  if (counts.paused > 0) return 'paused'
  return counts['needs-file'] > 0 ? 'needs-files' : 'finished'
}

/** Files that still need something, without those that wait for their file. */
export function runningCount({ counts }: UploadQueue): number {
  return counts.queued + counts.uploading + counts.finishing + counts.paused + counts.waiting
}

export function finishedCount({ counts }: UploadQueue): number {
  return counts.stored + counts.done + counts.skipped
}

/** Whole percents, 100 only when everything is there. */
export function percentOfQueue(queue: UploadQueue): number {
  const percent = queue.allBytes === 0 ? 100 : Math.floor((100 * queue.sentBytes) / queue.allBytes)
  return runningCount(queue) > 0 ? Math.min(99, percent) : percent
}

export function percentOf({ size, sent, state }: Pick<UploadItem, 'size' | 'sent' | 'state'>): number {
  const percent = size === 0 ? 100 : Math.floor((100 * sent) / size)
  return state === 'uploading' ? Math.min(99, percent) : percent
}

/** The moment of the next attempt of what waits; null when nothing waits. */
export function nextRetry(queue: UploadQueue): number | null {
  if (queue.counts.waiting === 0) return null
  let next: number | null = null
  for (const { retryAt } of queue.items.values()) {
    if (retryAt !== null && (next === null || retryAt < next)) next = retryAt
  }
  return next
}

export type PanelRow =
  | { kind: 'group'; key: string; label: string; finished: number; all: number }
  | { kind: 'file'; key: string; item: UploadItem; waitingBehind: number }

const order: Record<UploadState, number> = {
  uploading: 0,
  finishing: 0,
  waiting: 0,
  paused: 1,
  'needs-file': 1,
  failed: 2,
  queued: 3,
  stored: 4,
  skipped: 5,
  done: 5,
}

/** Rows grouped by target folder; in each group active files first, then failed, waiting and done ones. */
export function panelRows({ items, counts }: UploadQueue, onlyFailed: boolean): PanelRow[] {
  const groups = new Map<string, UploadItem[][]>()
  for (const item of items.values()) {
    if (onlyFailed && item.state !== 'failed') continue
    const key = `${item.folderId}\n${item.path}`
    const buckets = groups.get(key) ?? [[], [], [], [], [], []]
    groups.set(key, buckets)
    buckets[order[item.state]]?.push(item)
  }
  let queuedLeft = counts.queued
  return [...groups].flatMap(([key, buckets]) => {
    const files = buckets.flat()
    const finished = files.filter(({ state }) => order[state] >= 4).length
    const rows = files.map((item): PanelRow => {
      // Only the first waiting row says how many are behind it.
      const waitingBehind = item.state === 'queued' && queuedLeft === counts.queued ? counts.queued - 1 : 0
      if (item.state === 'queued') queuedLeft -= 1
      return { kind: 'file', key: item.id, item, waitingBehind }
    })
    const label = files[0]?.folderLabel ?? ''
    return [{ kind: 'group', key, label, finished, all: files.length } satisfies PanelRow, ...rows]
  })
}

/** A report of what failed, one line for each file, to copy into a message. */
export function failureReport(queue: UploadQueue, reasonOf: (item: UploadItem) => string): string {
  return [...queue.items.values()]
    .filter(({ state }) => state === 'failed')
    .map((item) => `${item.folderLabel} / ${item.name}\t${item.size} B\t${reasonOf(item)}`)
    .join('\n')
}
