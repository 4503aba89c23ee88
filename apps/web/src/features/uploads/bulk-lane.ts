import { type BulkFile, type BulkSent, sendTogether } from './bulk-request.ts'
import { LotSize } from './lot-size.ts'
import type { SendPace } from './send-pace.ts'
import { isReadable } from './upload-transfer.ts'

const FILES_MAX = 100
/** One is being sent while the other one is being stored. */
const REQUESTS = 2

export type LaneFile = BulkFile & { onSent: (bytes: number) => void; signal: AbortSignal }

type Waiting = LaneFile & { settle: (sent: BulkSent) => void; isSettled: boolean }

/** The small files for one storage, which go to it together. */
export class BulkLane {
  readonly #pace: SendPace
  readonly #size = new LotSize()
  #waiting: Waiting[] = []
  #requests = 0
  #files = 0
  #bytes = 0
  #planned = false
  #hasDoor = true

  constructor(pace: SendPace) {
    this.#pace = pace
  }

  /** False: the storage has said that files come one by one. */
  get hasDoor(): boolean {
    return this.#hasDoor
  }

  /** Room for what is being sent, and for the next lot. */
  get hasRoom(): boolean {
    return this.#files < (REQUESTS + 1) * FILES_MAX && this.#bytes < (REQUESTS + 1) * this.#lotBytes()
  }

  send(file: LaneFile): Promise<BulkSent> {
    this.#files += 1
    this.#bytes += file.size
    return new Promise((resolve) => {
      const stop = () => waiting.settle({ kind: 'stopped' })
      const waiting: Waiting = {
        ...file,
        isSettled: false,
        settle: (sent) => {
          if (waiting.isSettled) return
          waiting.isSettled = true
          file.signal.removeEventListener('abort', stop)
          this.#files -= 1
          this.#bytes -= file.size
          resolve(sent)
        },
      }
      if (file.signal.aborted) return stop()
      file.signal.addEventListener('abort', stop)
      this.#waiting.push(waiting)
      this.#plan()
    })
  }

  /** After everything that happens at this moment: what is added together is sent together. */
  #plan(): void {
    if (this.#planned) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      while (this.#mayStart()) void this.#sendLot(this.#nextLot())
    })
  }

  /** A lot that is not full waits for the one before it. */
  #mayStart(): boolean {
    this.#waiting = this.#waiting.filter(({ isSettled }) => !isSettled)
    if (this.#waiting.length === 0 || this.#requests >= REQUESTS) return false
    return this.#requests === 0 || this.#waiting.length >= FILES_MAX || bytesOf(this.#waiting) >= this.#lotBytes()
  }

  #lotBytes(): number {
    return Math.min(this.#size.bytes, this.#pace.chunkBytes())
  }

  #nextLot(): Waiting[] {
    const max = this.#lotBytes()
    let bytes = 0
    const end = this.#waiting.findIndex(({ size }, index) => {
      bytes += size
      return index > 0 && (bytes > max || index >= FILES_MAX)
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }

  async #sendLot(lot: Waiting[]): Promise<void> {
    this.#requests += 1
    const stop = new AbortController()
    const stopWhenAll = () => {
      if (lot.every(({ isSettled }) => isSettled)) stop.abort()
    }
    for (const { signal } of lot) signal.addEventListener('abort', stopWhenAll)
    await this.#exchange(lot, stop.signal)
    for (const { signal } of lot) signal.removeEventListener('abort', stopWhenAll)
    this.#requests -= 1
    this.#plan()
  }

  async #exchange(gathered: readonly Waiting[], signal: AbortSignal): Promise<void> {
    const bytes = bytesOf(gathered)
    try {
      await this.#pace.take(bytes, signal)
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    const lot = gathered.filter(({ isSettled }) => !isSettled)
    const startedAt = performance.now()
    const outcome = await sendTogether({
      files: lot,
      signal,
      onAnswer: (index, sent) => {
        const waiting = lot[index]
        if (sent.kind === 'sent' && waiting?.isSettled === false) waiting.onSent(waiting.size)
        waiting?.settle(sent)
      },
    })
    if (signal.aborted) return
    if (outcome === 'over') this.#size.sent(bytes, performance.now() - startedAt)
    else if (outcome === 'broken') await this.#broke(lot)
    else {
      this.#hasDoor = false
      for (const waiting of [...lot, ...this.#waiting.splice(0)]) waiting.settle({ kind: 'again' })
    }
  }

  /** One file that cannot be read any more breaks the whole request: the others are not to blame. */
  async #broke(lot: readonly Waiting[]): Promise<void> {
    this.#size.broke()
    const open = lot.filter(({ isSettled }) => !isSettled)
    const readable = await Promise.all(open.map(({ file }) => isReadable(file)))
    const others: BulkSent = readable.includes(false) ? { kind: 'again' } : { kind: 'interrupted', by: 'network' }
    for (const [index, waiting] of open.entries()) {
      waiting.settle(readable[index] === true ? others : { kind: 'unreadable' })
    }
  }
}

function bytesOf(files: readonly BulkFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}
