import { ServerError, Status } from '@cairn/dfs-core'
import { DAMAGED_HERE, type Quarantine, type SetAsideRecord } from '../disk/quarantine.ts'
import type { BinlogRecord } from '../engine/binlog.ts'
import type { Logger } from '../handlers/context.ts'
import { type Delivery, deliver, LocalFileDamagedError } from './deliver.ts'
import type { PeerLink } from './peer-link.ts'

const TRIES_MAX = 3
/** A record at which the connection breaks off may be what breaks it; or the network is bad. */
const BROKEN_TRIES_MAX = 10

/** A peer without space refuses everything: nothing is wrong with the record. */
export function isPeerFull(error: unknown): boolean {
  return error instanceof ServerError && error.status === Status.ENOSPC
}

/** So often a record may fail before it is set aside. */
export function triesMax(link: PeerLink, error: unknown): number {
  if (isPeerFull(error)) return Number.POSITIVE_INFINITY
  // A storage closes after EINVAL; there it is the record that is refused.
  return link.connection.usable || error instanceof ServerError ? TRIES_MAX : BROKEN_TRIES_MAX
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof LocalFileDamagedError ? DAMAGED_HERE + message : message
}

/** What was set aside is tried again after so long. */
const RETRY_SECONDS = 60

export interface SetAsideOptions {
  readonly quarantine: Quarantine
  readonly delivery: Delivery
  readonly logger: Logger
  connect(): Promise<PeerLink>
}

/** The records that a peer did not take, and their next tries. */
export interface SetAside {
  /** Unix seconds of the oldest change that the peer must not be believed to have; infinite when there is none. */
  readonly missingSince: number
  /** They are being tried again. */
  readonly isRetrying: boolean
  add(record: BinlogRecord, error: unknown): void
  /**
   * Sends some of what is due once more; to be called while nothing else is under way. What is here now counts, so a later change
   * that has arrived stays. `done` is called when something was tried.
   */
  retryIfDue(done: (error?: unknown) => void): void
}

export function createSetAside({ quarantine, delivery, logger, connect }: SetAsideOptions): SetAside {
  const { peerId: peer } = delivery
  let isRetrying = false

  const retry = async (due: readonly SetAsideRecord[]) => {
    // A connection that tells progress would tell it of each record.
    let link: PeerLink | null = null
    try {
      for (const { record, resolve, postpone } of due) {
        if (link?.connection.usable !== true) link = await connect()
        try {
          await deliver(delivery, link, record)
          resolve()
          logger.info({ peer, record: record.name }, 'a record that was set aside has arrived')
        } catch (error) {
          postpone(reasonOf(error))
          logger.warn({ err: error, peer, record: record.name }, 'a record stays set aside')
        }
      }
    } finally {
      link?.close()
      isRetrying = false
      quarantine.save()
    }
  }
  return {
    get missingSince() {
      return quarantine.missingSince ?? Number.POSITIVE_INFINITY
    },
    get isRetrying() {
      return isRetrying
    },
    add(record, error) {
      quarantine.add(record, reasonOf(error))
      logger.error({ err: error, peer, record: record.name }, 'a record was set aside after it failed again and again')
    },
    retryIfDue(done) {
      const due = isRetrying || quarantine.count === 0 ? [] : quarantine.due(Date.now() / 1000 - RETRY_SECONDS)
      if (due.length === 0) return
      isRetrying = true
      retry(due).then(() => done(), done)
    },
  }
}
