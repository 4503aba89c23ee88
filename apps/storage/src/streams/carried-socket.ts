import type { MessagePort } from 'node:worker_threads'
import {
  type CarriedHow,
  type CarrierNews,
  type CarrierOrder,
  type CarryOrder,
  carriedEnd,
} from './carrier-messages.ts'
import { PortStream } from './port-stream.ts'

/** Stands for bytes that another thread has taken: the parser counts them. */
const COUNTED = Buffer.alloc(64 * 1024)

/** `lost`: the thread ended in the middle of it, and what lies in the file behind the reported bytes is not to be believed. */
export type CarriedEnd = CarriedHow | 'lost'

interface Load {
  /** More bytes are in the file. When it resolves, others may come; a rejection ends the carrying. */
  keep(size: number, crc32: number): Promise<void>
  reported: number
  readonly keeping: Promise<void>[]
  failure: Error | null
  end(how: CarriedEnd): void
}

/**
 * A client's connection that another thread holds, for the HTTP server of this one. It is a socket as any other; besides, that thread can be
 * told to bring the body of a request into a file by itself.
 */
export class CarriedSocket extends PortStream {
  readonly remoteAddress: string
  /** Which thread holds it, 1 …. */
  readonly thread: number
  /** As a socket's. */
  bytesWritten = 0
  readonly #threadEnded: Promise<unknown>
  #timer: NodeJS.Timeout | null = null
  #held: (() => void) | null = null
  #load: Load | null = null
  #flushed: (() => void) | null = null
  /** Destroyed while something was carried: the port is needed until that has ended. */
  #closePort: (() => void) | null = null
  #isPortClosed = false

  constructor(port: MessagePort, client: { remoteAddress: string; thread: number; threadEnded: Promise<unknown> }) {
    super(port, carriedEnd)
    this.remoteAddress = client.remoteAddress
    this.thread = client.thread
    this.#threadEnded = client.threadEnded
    this.on('told', (news: CarrierNews) => this.#told(news))
    port.on('message', () => this.#timer?.refresh())
    port.on('close', () => this.#onPortClosed())
  }

  /** As a socket's: nothing has come or gone for so long; 0 turns it off. */
  setTimeout(ms: number): this {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = ms > 0 && !this.destroyed ? setTimeout(() => this.emit('timeout'), ms).unref() : null
    return this
  }

  /** As a socket's: ends when all is sent. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  /** When it resolves, all that will come by itself is here. */
  hold(): Promise<void> {
    if (this.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#held = resolve
      this.#order({ kind: 'hold' })
    })
  }

  goOn(): void {
    this.#order({ kind: 'goOn' })
  }

  /**
   * While the connection is held, and nothing of it is unread. Of the body come bytes that are nothing but their number. Rejects with what the
   * disk or `keep` said; every byte that was told to `keep` is in the file.
   */
  async carry(order: CarryOrder, takeover: AbortSignal, keep: Load['keep']): Promise<CarriedEnd> {
    if (this.destroyed) return 'broken'
    const stop = () => this.#order({ kind: 'stop' })
    const load: Load = { keep, reported: 0, keeping: [], failure: null, end: () => undefined }
    const ended = new Promise<CarriedEnd>((resolve) => {
      load.end = resolve
    })
    this.#load = load
    this.#order({ kind: 'carry', ...order })
    takeover.addEventListener('abort', stop)
    if (takeover.aborted) stop()
    const how = await ended
    takeover.removeEventListener('abort', stop)
    await Promise.all(load.keeping)
    if (load.failure !== null && how !== 'lost') throw load.failure
    return how
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    this.#timer?.refresh()
    this.bytesWritten += chunk.length
    super._write(chunk, encoding, done)
  }

  /** Whoever ends a connection closes it: not before the other thread has sent everything. */
  override _final(done: () => void): void {
    this.#flushed = done
    super._final(() => undefined)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.setTimeout(0)
    this.#held?.()
    const close = () => super._destroy(error, done)
    if (this.#load === null || this.#isPortClosed) {
      close()
      return
    }
    this.#closePort = close
    this.#order({ kind: 'drop' })
  }

  #order(order: CarrierOrder): void {
    this.tell(order)
  }

  #told(news: CarrierNews): void {
    if (news.kind === 'held') {
      this.#held?.()
      this.#held = null
    } else if (news.kind === 'flushed') this.#flushed?.()
    else if (news.kind === 'carried') this.#onCarried(news)
    else this.#onEnded(news)
  }

  #onCarried({ size, crc32 }: { size: number; crc32: number }): void {
    const load = this.#load
    if (load === null) throw new Error('bytes were carried that nobody had asked for')
    load.reported += size
    this.#count(size)
    const kept = load.keep(size, crc32).then(
      () => this.#order({ kind: 'accounted', size }),
      (error: unknown) => {
        load.failure ??= error instanceof Error ? error : new Error(String(error))
        this.#order({ kind: 'stop' })
      },
    )
    load.keeping.push(kept)
    void kept.then(() => load.keeping.splice(load.keeping.indexOf(kept), 1))
  }

  #onEnded({ how, consumed, error }: CarrierNews & { kind: 'ended' }): void {
    const load = this.#load
    if (load === null) throw new Error('a carrying has ended that was not begun')
    if (error !== null) load.failure ??= Object.assign(new Error(error.message), { code: error.code })
    this.#count(consumed - load.reported)
    this.#endLoad(this.destroyed ? 'broken' : how)
  }

  #endLoad(how: CarriedEnd): void {
    const load = this.#load
    this.#load = null
    load?.end(how)
    this.#closePort?.()
    this.#closePort = null
  }

  /** The thread tells the end of everything it carries, unless it has ended itself: then it still may be in the midst of a write(2). */
  #onPortClosed(): void {
    this.#isPortClosed = true
    if (this.#load !== null) void this.#threadEnded.then(() => this.#endLoad('lost'))
  }

  #count(size: number): void {
    for (let left = size; left > 0 && !this.destroyed; left -= COUNTED.length) {
      this.push(left < COUNTED.length ? COUNTED.subarray(0, left) : COUNTED)
    }
  }
}
