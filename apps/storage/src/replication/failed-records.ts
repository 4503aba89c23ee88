import { DAMAGED_HERE, type Quarantine, type SetAsideRecord } from '../disk/quarantine.ts'
import type { BinlogRecord } from '../engine/binlog.ts'
import type { Logger } from '../handlers/context.ts'
import { type Delivery, deliver, LocalFileDamagedError } from './deliver.ts'
import type { PeerLink } from './peer-link.ts'

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof LocalFileDamagedError ? DAMAGED_HERE + message : message
}

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
  /** Some are to be tried again. */
  isDue(): boolean
  has(record: BinlogRecord): boolean
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

  const retry = async (records: readonly SetAsideRecord[]) => {
    // A connection that tells progress would tell it of each record.
    let link: PeerLink | null = null
    try {
      for (const { record, resolve, postpone } of records) {
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
  const due = () => (quarantine.count === 0 ? [] : quarantine.due(Date.now() / 1000))
  return {
    get missingSince() {
      return quarantine.missingSince ?? Number.POSITIVE_INFINITY
    },
    get isRetrying() {
      return isRetrying
    },
    isDue: () => due().length > 0,
    has: (record) => quarantine.has(record),
    add(record, error) {
      quarantine.add(record, reasonOf(error))
      logger.error({ err: error, peer, record: record.name }, 'a record was set aside after it failed again and again')
    },
    retryIfDue(done) {
      const records = isRetrying ? [] : due()
      if (records.length === 0) return
      isRetrying = true
      retry(records).then(() => done(), done)
    },
  }
}
