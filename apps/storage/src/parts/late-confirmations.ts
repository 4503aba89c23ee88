import { isErrno } from '../disk/atomic-file.ts'
import type { FileStore } from '../disk/file-store.ts'
import { createGroupSync, type GroupSync } from '../disk/group-sync.ts'
import { blameSync } from '../disk/path-health.ts'
import type { PartLedger } from './part-ledger.ts'

/** An upload that is acknowledged, with records and metadata file that are written and perhaps not yet on the disk. */
interface Unconfirmed {
  readonly ledger: PartLedger
  readonly upl: string
  readonly metadataPath: string
  readonly at: number
}

export interface LateConfirmationsOptions {
  readonly store: Pick<FileStore, 'log' | 'storePaths'>
  /** False: nothing is synced, and every upload is confirmed at once. */
  readonly durable: boolean
  report(message: string, error: unknown): void
}

/** The kernel writes what is older than thirty seconds by itself: syncing it then costs next to nothing. */
const AGE_MS = 35_000
const TICK_MS = 5000
/** Files that are synced at once, beside what uploads wait for. */
const FILES_PER_ROUND = 16

/**
 * Confirms uploads in the ledger when their C records and metadata files are durable, which nobody waits for: until then
 * the ledger line of an upload is what they are made from again after a power loss.
 */
export class LateConfirmations {
  readonly #options: LateConfirmationsOptions
  readonly #sync: GroupSync
  #waiting: Unconfirmed[] = []
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()

  constructor(options: LateConfirmationsOptions) {
    this.#options = options
    this.#sync = createGroupSync(blameSync(options.store.storePaths))
  }

  /** The upload is finished for everybody who asks from now on. */
  add(ledger: PartLedger, { upl, metadataPath }: { upl: string; metadataPath: string }): void {
    ledger.finish(upl)
    if (!this.#options.durable) {
      ledger.confirm([upl])
      return
    }
    this.#waiting.push({ ledger, upl, metadataPath, at: performance.now() })
    if (this.#timer !== null) return
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#tryConfirm(performance.now() - AGE_MS))
    }, TICK_MS)
    this.#timer.unref()
  }

  /** Confirms everything. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#running
    await this.#tryConfirm(Number.POSITIVE_INFINITY)
  }

  /**
   * What a failed sync leaves open stays so: a second sync of the same bytes would succeed without having written them.
   * The next start makes it again from the ledger.
   */
  async #tryConfirm(before: number): Promise<void> {
    const due = this.#waiting.findIndex(({ at }) => at > before)
    const count = due < 0 ? this.#waiting.length : due
    if (count === 0) return
    const uploads = this.#waiting.splice(0, count)
    try {
      for (let i = 0; i < count; i += FILES_PER_ROUND) {
        await Promise.all(
          uploads.slice(i, i + FILES_PER_ROUND).map(({ ledger, metadataPath }) => this.#syncFile(ledger, metadataPath)),
        )
      }
      await this.#options.store.log.flush()
      for (const ledger of new Set(uploads.map((upload) => upload.ledger))) {
        ledger.confirm(uploads.filter((upload) => upload.ledger === ledger).map(({ upl }) => upl))
      }
    } catch (error) {
      this.#options.report('uploads cannot be confirmed in the ledger before the next start', error)
    }
  }

  /** A file that was deleted meanwhile needs no sync: the record of that is in the log. */
  #syncFile(ledger: PartLedger, path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sync.add({ lane: ledger.lane, file: path }, (error) => {
        if (error === undefined || isErrno(error.cause, 'ENOENT')) resolve()
        else reject(error)
      })
    })
  }
}
