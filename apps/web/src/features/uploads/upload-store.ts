import { emptyQueue, reduceUploads, type UploadAction, type UploadQueue } from './upload-queue.ts'

const FLUSH_MS = 100

/** Holds the queue for the page. Events of one moment are applied together, so that pages repaint once for all of them. */
export class UploadStore {
  #queue: UploadQueue = emptyQueue
  #pending: UploadAction[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): UploadQueue => this.#queue

  dispatch(action: UploadAction): void {
    this.#pending.push(action)
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS)
  }

  /** The queue with everything that happened so far: for what a person did and for decisions. */
  flush(): UploadQueue {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#pending.length === 0) return this.#queue
    const actions = this.#pending
    this.#pending = []
    this.#queue = reduceUploads(this.#queue, actions)
    for (const listener of this.#listeners) listener()
    return this.#queue
  }
}
