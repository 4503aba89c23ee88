import { ServerError } from '@cairn/dfs-core'
import type { FileStore } from '../disk/file-store.ts'
import { type BinlogRecord, sourceOp } from '../engine/binlog.ts'
import { fileSize } from './local-file.ts'
import type { PeerAbilities } from './peer-abilities.ts'
import type { PeerLink } from './peer-link.ts'

/**
 * A peer tells the trackers the greatest time that it saw on the connection which has identified itself, and they send
 * readers to it up to that time. So this connection carries only what is true: a record that everything before it has
 * arrived with, or word of it when the records went over other connections.
 */
export interface ProgressTeller {
  /** A record went over the telling connection in its turn. */
  told(timestamp: number): void
  delivered(record: BinlogRecord): void
  /**
   * What is to be told now, if anything. `reached` is the time up to which everything has arrived; `moved` says that
   * records did it, not the clock alone.
   */
  next(reached: number, moved: boolean): (() => Promise<void>) | null
}

export interface ProgressTellerOptions {
  readonly store: FileStore
  readonly teller: PeerLink
  readonly abilities: PeerAbilities
  readonly config: { readonly heartBeatIntervalMs: number }
}

const MOVED_INTERVAL_MS = 1000

export function createProgressTeller({ store, teller, abilities, config }: ProgressTellerOptions): ProgressTeller {
  let toldTime = 0
  let toldAt = 0
  let created: BinlogRecord | null = null

  /** A C storage has no word for it: CREATE of a file that it has, without content. */
  const confirm = async (record: BinlogRecord, timestamp: number) => {
    const size = await fileSize(store, store.resolve(record.name))
    if (size === null) return
    try {
      const answer = await teller.confirm({ name: record.name, timestamp }, size)
      if (answer !== 'missing') toldTime = Math.max(toldTime, timestamp)
    } catch (error) {
      // Nothing was to be delivered, so nothing is lost: another file will do it.
      if (!(error instanceof ServerError)) throw error
      created = null
    }
  }
  return {
    told(timestamp) {
      toldTime = Math.max(toldTime, timestamp)
    },
    delivered(record) {
      if (sourceOp(record.op) === 'C') created = record
    },
    next(reached, moved) {
      const now = Date.now()
      const interval = moved ? MOVED_INTERVAL_MS : config.heartBeatIntervalMs
      if (reached <= toldTime || now - toldAt < interval) return null
      if (abilities.isCairn) {
        toldAt = now
        toldTime = reached
        return () => teller.watermark(reached)
      }
      const record = created
      if (record === null || !moved) return null
      toldAt = now
      return () => confirm(record, reached)
    },
  }
}
