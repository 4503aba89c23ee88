import { ServerError, Status } from '@cairn/dfs-core'
import { type BinlogRecord, formatRecord } from '../engine/binlog.ts'
import type { PeerLink } from './peer-link.ts'

const TRIES_MAX = 3
/** A record at which the connection breaks off may be what breaks it; or the network is bad. */
const BROKEN_TRIES_MAX = 10

/** Full, or read-only: what Cairn's storages answer whose disk failed, too. Nothing is wrong with the record. */
const TAKES_NOTHING: ReadonlySet<number> = new Set([Status.ENOSPC, Status.EDQUOT, Status.EROFS])

/** A peer whose disk is at fault refuses everything. It is waited for: no record is set aside for that. */
export function takesNothing(error: unknown): boolean {
  return error instanceof ServerError && TAKES_NOTHING.has(error.status)
}

/** How often single records failed at one peer, kept from one connection to the next. */
export class Tries {
  readonly #counts = new Map<string, number>()

  has(record: BinlogRecord): boolean {
    return this.#counts.size > 0 && this.#counts.has(formatRecord(record))
  }

  failed(record: BinlogRecord, error: unknown): void {
    if (takesNothing(error)) return
    const line = formatRecord(record)
    this.#counts.set(line, (this.#counts.get(line) ?? 0) + 1)
  }

  /** Whether a record that has just failed is to be set aside, so that the others do not wait for it. */
  areSpent(record: BinlogRecord, link: PeerLink, error: unknown): boolean {
    if (takesNothing(error)) return false
    // A storage closes after EINVAL; there it is the record that is refused.
    const countMax = link.connection.usable || error instanceof ServerError ? TRIES_MAX : BROKEN_TRIES_MAX
    return (this.#counts.get(formatRecord(record)) ?? 0) >= countMax
  }

  forget(record: BinlogRecord): void {
    if (this.#counts.size > 0) this.#counts.delete(formatRecord(record))
  }
}
