import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, openConnection, storageCommands, type Timeouts } from '@cairn/dfs-core'
import { readFileIfAny, replaceFile } from '../disk/atomic-file.ts'
import { parseKeyValues } from '../engine/key-values.ts'
import { retryDelayMs } from '../engine/retry.ts'
import type { TrunkLog } from './trunk-log.ts'

/** FastDFS keeps lines in a buffer of this size. */
const PIECE_BYTES = 64 * 1024
const MARK_INTERVAL_MS = 1000
const DELIVERY_MS_MAX = 1000

export interface LogSenderOptions {
  readonly log: TrunkLog
  /** `ip:port`, or null while the member does not take anything. */
  address(): string | null
  readonly markPath: string
  readonly timeouts: Timeouts
  readonly heartBeatIntervalMs: number
  readonly report: (message: string, error: unknown) => void
}

/**
 * Keeps one member's copy of the trunk binlog up to date, from its mark on; without a mark the member starts an empty
 * copy first.
 */
export class LogSender {
  readonly #options: LogSenderOptions
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #offset = 0
  #savedOffset = 0
  #savedAt = 0
  #generation = 0
  /** The member has begun an empty copy. */
  #isEmptied = false
  #isFollowing = false
  #wake: (() => void) | null = null
  #waiting: Array<{ readonly offset: number; readonly resolve: () => void }> = []

  constructor(options: LogSenderOptions) {
    this.#options = options
    this.#running = this.#keepSending()
  }

  /**
   * Resolves when the member has everything up to `offset`; at once while it does not follow. A member that takes longer
   * than a second is not waited for again until it has caught up.
   */
  delivered(offset: number): Promise<void> {
    if (!this.#isFollowing || this.#offset >= offset) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#lostTouch(), DELIVERY_MS_MAX)
      const arrived = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#waiting.push({ offset, resolve: arrived })
    })
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#wake?.()
    await this.#running
  }

  async #keepSending(): Promise<void> {
    const { log, report } = this.#options
    const stopListening = log.onChange(() => this.#wake?.())
    const { signal } = this.#stop
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#session()
        failures = 0
      } catch (error) {
        failures += 1
        if (!signal.aborted) report('the trunk binlog cannot be sent to a member', error)
      }
      this.#lostTouch()
      await sleep(retryDelayMs(Math.max(1, failures)), undefined, { signal }).catch(() => undefined)
    }
    stopListening()
  }

  /** One connection; ends when the member is not to be served, with an error when the connection breaks. */
  async #session(): Promise<void> {
    const address = this.#options.address()
    if (address === null) return
    const connection = await openConnection(address, this.#options.timeouts)
    const abort = () => connection.close()
    this.#stop.signal.addEventListener('abort', abort)
    try {
      this.#readMark()
      connection.onDead = () => this.#wake?.()
      const isServed = () => !this.#stop.signal.aborted && connection.usable && this.#options.address() === address
      while (isServed()) await this.#step(connection)
    } finally {
      this.#stop.signal.removeEventListener('abort', abort)
      this.#saveMark()
      connection.onDead = null
      connection.close()
    }
  }

  async #step(connection: Connection): Promise<void> {
    const { log } = this.#options
    const { trunkTruncateBinlogFile, trunkSyncBinlog } = storageCommands
    if (this.#generation !== log.generation || this.#offset > log.size) {
      this.#offset = 0
      this.#isEmptied = false
      this.#generation = log.generation
    }
    const { generation } = log
    if (this.#offset === 0 && !this.#isEmptied) {
      await connection.request({ command: trunkTruncateBinlogFile.code, head: EMPTY })
      this.#isEmptied = true
    }
    const lines = log.read(this.#offset, PIECE_BYTES)
    if (lines.length > 0) {
      await connection.request({
        command: trunkSyncBinlog.code,
        head: trunkSyncBinlog.request.encode({ binlog: lines }),
      })
      if (generation === log.generation) this.#reached(this.#offset + lines.length)
      return
    }
    this.#isFollowing = true
    if (Date.now() - this.#savedAt >= MARK_INTERVAL_MS) this.#saveMark()
    const isQuiet = await this.#changeOrSilence()
    if (isQuiet) await connection.request({ command: storageCommands.activeTest.code, head: EMPTY })
  }

  #reached(offset: number): void {
    this.#offset = offset
    const arrived = this.#waiting.filter((waiter) => waiter.offset <= offset)
    this.#waiting = this.#waiting.filter((waiter) => waiter.offset > offset)
    for (const { resolve } of arrived) resolve()
  }

  /** Nobody waits for a member that is away. */
  #lostTouch(): void {
    this.#isFollowing = false
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  /** Waits for new lines; true when there were none until the next heart-beat. */
  async #changeOrSilence(): Promise<boolean> {
    const { log, heartBeatIntervalMs } = this.#options
    if (this.#offset !== log.size || this.#generation !== log.generation || this.#stop.signal.aborted) return false
    return await new Promise((resolve) => {
      const timer = setTimeout(() => this.#wakeWith(resolve, true, timer), heartBeatIntervalMs)
      this.#wake = () => this.#wakeWith(resolve, false, timer)
    })
  }

  #wakeWith(resolve: (isQuiet: boolean) => void, isQuiet: boolean, timer: NodeJS.Timeout): void {
    clearTimeout(timer)
    this.#wake = null
    resolve(isQuiet)
  }

  #readMark(): void {
    const { log, markPath } = this.#options
    const text = readFileIfAny(markPath)
    const offset = text === null ? 0 : Number(parseKeyValues(text).get('binlog_offset') ?? '0')
    this.#offset = Number.isSafeInteger(offset) && offset >= 0 && offset <= log.size ? offset : 0
    this.#generation = log.generation
    this.#isEmptied = false
    this.#savedOffset = this.#offset
  }

  /** A mark that is behind is harmless: lines that come twice say the same twice. */
  #saveMark(): void {
    const { log, markPath } = this.#options
    this.#savedAt = Date.now()
    if (this.#offset === this.#savedOffset || this.#generation !== log.generation) return
    replaceFile(markPath, `binlog_offset=${this.#offset}\n`)
    this.#savedOffset = this.#offset
  }
}

const EMPTY = Buffer.alloc(0)
