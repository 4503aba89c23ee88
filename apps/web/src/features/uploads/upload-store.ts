import type { PanelRow, Viewport } from './panel-rows.ts'
import type { UploadAction } from './upload-action.ts'
import type { UploadItem, UploadState } from './upload-item.ts'
import { UploadQueue } from './upload-queue.ts'
import { nothingBefore, type UploadSummary } from './upload-summary.ts'

const PAUSE_MS = 100
/** Of so many files nobody sees each one change: twice a second is enough, and leaves the time to sending. */
export const MANY_FILES = 100
const PAUSE_MANY_MS = 500
/** Where so much changed at once, whole lots of small files come and go. */
const MANY_CHANGES = 100
const PAUSE_LOTS_MS = 1_000

/** Holds the queue for the page. Events of one moment are applied together, so that pages repaint once for all of them. */
export class UploadStore {
  readonly #queue = new UploadQueue()
  #summary: UploadSummary = this.#queue.summary()
  #pending: UploadAction[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #restsUntil = 0
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Another object after each change. */
  readonly snapshot = (): UploadSummary => this.#summary

  item(id: string): UploadItem | undefined {
    return this.#queue.get(id)
  }

  idsIn(...states: readonly UploadState[]): string[] {
    return this.#queue.idsIn(...states)
  }

  height(view: Omit<Viewport, 'from' | 'to'>): number {
    return this.#queue.rows.height(view)
  }

  rowsBetween(view: Viewport): PanelRow[] {
    return this.#queue.rows.between(view)
  }

  /** Shown at once, unless something was shown just before. */
  dispatch(action: UploadAction): void {
    this.#pending.push(action)
    this.#timer ??= setTimeout(() => this.flush(), this.#restsUntil - performance.now())
  }

  /** Applies everything that happened so far: for what a person did, and when nothing more will happen. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#pending.length === 0) return
    const actions = this.#pending
    this.#pending = []
    for (const action of actions) this.#queue.apply(action)
    this.#summary = this.#queue.summary()
    this.#restsUntil = performance.now() + this.#pauseAfter(actions.length)
    for (const listener of this.#listeners) listener()
  }

  /** Takes off the list what needs nothing any more. */
  clearFinished(): void {
    this.dispatch({ type: 'removed', ids: this.idsIn('stored', 'done', 'skipped') })
    this.dispatch({ type: 'before', stored: nothingBefore })
    this.flush()
  }

  #pauseAfter(changes: number): number {
    if (changes > MANY_CHANGES) return PAUSE_LOTS_MS
    return this.#summary.files > MANY_FILES ? PAUSE_MANY_MS : PAUSE_MS
  }
}
