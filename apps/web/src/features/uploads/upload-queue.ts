import { PanelRows } from './panel-rows.ts'
import { sampleSpeed, steadySecondsLeft } from './transfer-speed.ts'
import type { UploadAction } from './upload-action.ts'
import { newItem, noCounts, type UploadItem, type UploadState } from './upload-item.ts'
import { emptySummary, type StoredBefore, type UploadSummary } from './upload-summary.ts'
import { changed, type Transition, transitionOf } from './upload-transitions.ts'

/**
 * All uploads of a page. It changes in place, each file in constant time: a folder of a hundred thousand files is not
 * copied or counted for a percent. Items themselves are never changed but replaced, so a row knows when to repaint.
 */
export class UploadQueue {
  readonly rows = new PanelRows()
  readonly #items = new Map<string, UploadItem>()
  #sums = { ...emptySummary, counts: { ...noCounts } }

  get(id: string): UploadItem | undefined {
    return this.#items.get(id)
  }

  items(): IterableIterator<UploadItem> {
    return this.#items.values()
  }

  /** The files that are in one of these states, in the order they came. */
  idsIn(...states: readonly UploadState[]): string[] {
    const wanted = new Set(states)
    if (states.every((state) => this.#sums.counts[state] === 0)) return []
    return [...this.#items.values()].flatMap(({ id, state }) => (wanted.has(state) ? id : []))
  }

  summary(): UploadSummary {
    return this.#items.size === 0 ? emptySummary : { ...this.#sums, counts: { ...this.#sums.counts } }
  }

  apply(action: UploadAction): void {
    switch (action.type) {
      case 'added':
        for (const upload of action.uploads) this.#put(newItem(upload, 'queued', 0))
        return
      case 'remembered':
        for (const { sent, ...upload } of action.uploads) {
          this.#put(newItem(upload, 'needs-file', sent))
          this.#wasThere(sent)
        }
        return
      case 'before':
        this.#countBefore(action.stored)
        return
      case 'progressed':
        this.#progress(action.samples, action.now)
        return
      case 'removed':
        for (const id of action.ids) this.#remove(id)
        if (this.#items.size === 0) this.#sums = { ...emptySummary, counts: { ...noCounts } }
        return
      case 'paused':
      case 'queued':
        for (const id of action.ids) this.#step(id, transitionOf(action))
        return
      default:
        this.#step(action.id, transitionOf(action))
    }
  }

  #countBefore(stored: StoredBefore): void {
    const sums = this.#sums
    const more = stored.bytes - sums.before.bytes
    sums.before = stored
    sums.allBytes += more
    sums.sentBytes += more
    sums.storedBytes += more
    this.#wasThere(more)
  }

  /** Bytes that count from now on and have not been sent just now are no speed. */
  #wasThere(bytes: number): void {
    const { speed } = this.#sums
    if (speed !== null) this.#sums.speed = { ...speed, bytes: speed.bytes + bytes }
  }

  #progress(samples: readonly { id: string; sent: number }[], now: number): void {
    for (const { id, sent } of samples) {
      const item = this.#items.get(id)
      if (item?.state !== 'uploading') continue
      this.#put({ ...item, sent: Math.min(sent, item.size), speed: sampleSpeed(item.speed, sent, now) })
    }
    const sums = this.#sums
    const elapsed = sums.speed === null ? 0 : (now - sums.speed.at) / 1000
    sums.speed = sampleSpeed(sums.speed, sums.sentBytes, now)
    const rate = sums.speed.bytesPerSecond
    const estimate = rate > 0 ? (sums.allBytes - sums.sentBytes) / rate : null
    sums.secondsLeft = steadySecondsLeft(sums.secondsLeft, estimate, elapsed)
  }

  /** Changes one file if it is in one of the states; a late event about a file that moved on is no event. */
  #step(id: string, transition: Transition): void {
    const item = this.#items.get(id)
    if (item === undefined || !transition.from.includes(item.state)) return
    const next = changed(item, transition)
    // Its folder was renamed.
    if (next.path !== item.path) this.rows.remove(id)
    this.#put(next)
    if (next.state === 'failed') this.#sums.lastFailed = next
    if (next.spared !== null && item.spared === null) this.#sums.lastInstant = next
  }

  #put(item: UploadItem): void {
    this.#tally(this.#items.get(item.id), -1)
    this.#items.set(item.id, item)
    this.#tally(item, 1)
    this.rows.put(item)
  }

  #remove(id: string): void {
    this.#tally(this.#items.get(id), -1)
    this.#items.delete(id)
    this.rows.remove(id)
  }

  #tally(item: UploadItem | undefined, sign: 1 | -1): void {
    if (item === undefined) return
    const sums = this.#sums
    sums.files += sign
    sums.counts[item.state] += sign
    sums.sparedBytes += sign * (item.spared ?? 0)
    if (item.spared !== null) sums.instantFiles += sign
    if (item.state === 'skipped' && item.notice !== 'finished_elsewhere') sums.skippedFiles += sign
    if (item.state === 'waiting' && item.waitsFor !== 'network') sums.waitingForServer += sign
    if (item.state === 'waiting' && item.waitsFor === 'disk') sums.waitingForDisk += sign
    if (item.state === 'failed' && item.error?.code === 'quota_exceeded') sums.unfitBytes += sign * item.size
    if (item.state === 'failed' || item.state === 'skipped') return
    const stored = item.state === 'stored' || item.state === 'done'
    sums.allBytes += sign * item.size
    sums.sentBytes += sign * (stored || item.state === 'finishing' ? item.size : item.sent)
    if (stored) sums.storedBytes += sign * item.size
  }
}
