import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { DiskLane } from '@cairn/dfs-core/disk'
import type { BodyBudget } from '../parts/body-budget.ts'
import { pumpBody } from '../parts/body-pump.ts'
import { type Arrived, writeChunks } from '../parts/chunks.ts'
import type { CarriedHow, CarrierNews, CarryOrder } from '../streams/carrier-messages.ts'

/** Bytes that may be written and not accounted for by the main thread: it holds whoever is too far ahead of hash and copy. */
const UNACCOUNTED_MAX = 4 * 1024 * 1024
/** Told at once when there are so many, or a moment later. */
const TOLD_BYTES = 1024 * 1024
const TOLD_MS = 10
/** What a socket hands over at once. */
const READ_BYTES = 64 * 1024
/** What the system may have of a body when it is stopped. */
const LAST_BYTES_MAX = 8 * 1024 * 1024
/** The loop of events asks every socket once in each turn; the first one may have begun before. */
const QUIET_TURNS = 2

export interface CarriageOptions {
  readonly order: CarryOrder
  readonly budget: BodyBudget
  readonly lane: DiskLane
  /** More bytes are wanted. */
  more(): void
  tell(news: CarrierNews): void
}

/** One body on its way from a socket into a file. The main thread hears how much is there, and decides about everything else. */
export class Carriage {
  readonly #options: CarriageOptions
  readonly #body: Readable
  readonly #stop = new AbortController()
  readonly #arrived: Arrived
  /** Bytes that have not come. */
  #left: number
  #unaccounted = 0
  #isStopping = false
  #goOn: (() => void) | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(options: CarriageOptions) {
    const { length, position } = options.order
    this.#options = options
    this.#left = length
    this.#arrived = { position, size: 0, crc32: 0 }
    this.#body = new Readable({
      highWaterMark: READ_BYTES,
      read: () => {
        if (this.#left > 0) options.more()
      },
    }).pause()
  }

  /** Resolves with its end, when nothing is written any more. */
  async run(): Promise<CarrierNews> {
    const { order, lane } = this.#options
    let how: CarriedHow = 'broken'
    let error: NodeJS.ErrnoException | null = null
    try {
      const file = await lane.runTimed(() => open(order.path, 'r+'))
      try {
        how = await this.#pump(file)
      } finally {
        await file.close()
      }
    } catch (failure) {
      error = failure instanceof Error ? failure : new Error(String(failure))
    }
    this.#tell()
    this.#body.destroy()
    return {
      kind: 'ended',
      how,
      consumed: order.length - this.#left,
      error: error === null ? null : { message: error.message, code: error.code },
    }
  }

  /** Bytes that have come. `rest`: those of them that are not of the body; `isFull`: no more are wanted now. */
  take(chunk: Buffer): { rest: Buffer; isFull: boolean } {
    const own = chunk.subarray(0, this.#left)
    this.#left -= own.length
    const isFull = !this.#body.push(own) || this.#left === 0
    if (this.#left === 0) this.#body.push(null)
    return { rest: chunk.subarray(own.length), isFull }
  }

  /** The client is gone. */
  break(): void {
    if (this.#left > 0) this.#body.destroy()
  }

  /** Ends it, but for what the system has already: who sent that would have to send it again. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#wake()
    const enough = this.#left - LAST_BYTES_MAX
    for (let quiet = 0; quiet < QUIET_TURNS && this.#left > enough; ) {
      // What it has is being written.
      if (this.#body.isPaused()) await new Promise((resolve) => this.#body.once('resume', resolve))
      const before = this.#left
      await setImmediate()
      quiet = this.#left === before && !this.#body.isPaused() ? quiet + 1 : 0
    }
    this.#stop.abort()
  }

  drop(): void {
    this.#isStopping = true
    this.#wake()
    this.#stop.abort()
  }

  accounted(size: number): void {
    this.#unaccounted -= size
    if (this.#unaccounted < UNACCOUNTED_MAX) this.#wake()
  }

  #pump(file: FileHandle): Promise<CarriedHow> {
    const { order, budget } = this.#options
    const sink = { room: order.length, takeover: this.#stop.signal, budget }
    return budget.during(() => {
      const ended = pumpBody(this.#body, { ...sink, store: (chunks) => this.#store(file, chunks) })
      this.#body.resume()
      return ended
    })
  }

  async #store(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
    if (this.#unaccounted >= UNACCOUNTED_MAX && !this.#isStopping) await this.#room()
    const arrived = this.#arrived
    const before = arrived.position
    try {
      await this.#options.lane.run(() => writeChunks(file, chunks, arrived))
    } finally {
      this.#unaccounted += arrived.position - before
    }
    if (arrived.size >= TOLD_BYTES) this.#tell()
    else this.#timer ??= setTimeout(() => this.#tell(), TOLD_MS)
  }

  #room(): Promise<void> {
    this.#tell()
    return new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  #wake(): void {
    this.#goOn?.()
    this.#goOn = null
  }

  #tell(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const { size, crc32 } = this.#arrived
    Object.assign(this.#arrived, { size: 0, crc32: 0 })
    if (size > 0) this.#options.tell({ kind: 'carried', size, crc32 })
  }
}
