import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BinlogPosition } from '../disk/binlog-files.ts'
import { BinlogReader } from '../disk/binlog-reader.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Mark } from '../disk/mark-file.ts'
import type { Quarantine } from '../disk/quarantine.ts'
import { type BinlogRecord, sourceOp } from '../engine/binlog.ts'
import { type Counters, countBytes } from '../engine/counters.ts'
import { isBeforeOwnPart, isWanted } from '../engine/sync-plan.ts'
import type { Logger } from '../handlers/context.ts'
import { type Delivery, deliver } from './deliver.ts'
import { askAbilities } from './peer-abilities.ts'
import type { PeerLink } from './peer-link.ts'
import { takesNothing } from './tries.ts'

export interface DetourOptions {
  readonly store: FileStore
  readonly counters: Counters
  readonly logger: Logger
  readonly peerId: string
  readonly quarantine: Quarantine
  readonly signal: AbortSignal
  connect(): Promise<PeerLink>
  /** False as soon as the peer's status says that nothing is to be sent. */
  isServed(): boolean
}

/** Then the record that was refused is tried again. */
const DETOUR_MS = 1000
const LINES_PER_TURN = 1000

/**
 * While a peer's disk takes nothing: what is for its other disks, and deletions, which make room. The mark does not move,
 * and nobody is told; when the disk takes files again, everything from the mark on goes out once more in its order, as after
 * a crash, and is there already. So what is left out or fails here is lost to nobody.
 */
export class Detour {
  readonly #options: DetourOptions
  #position: BinlogPosition = { index: 0, offset: 0 }
  /** Store paths that took no content in this turn, and those that did not even take a deletion. */
  #full = new Set<string>()
  #closed = new Set<string>()

  constructor(options: DetourOptions) {
    this.#options = options
  }

  /** After a disk's refusal: goes on for a second at most, behind `mark` and where the last turn ended. Rejects with nothing. */
  async after(failure: unknown, mark: Mark | null): Promise<void> {
    if (mark === null || !takesNothing(failure)) return
    const { store, peerId, signal, logger, connect } = this.#options
    if (isBefore(this.#position, mark)) this.#position = { index: mark.index, offset: mark.offset }
    this.#full = new Set()
    this.#closed = new Set()
    const reader = new BinlogReader(store.log, this.#position)
    try {
      const { isCairn } = await askAbilities(await connect())
      const delivery = { store, peerId, peerTakesLinks: isCairn, peerIsAhead: false, sentBytes: 0 }
      const link = await connect()
      const close = () => link.close()
      signal.addEventListener('abort', close)
      try {
        await this.#follow(reader, mark, (record) => this.#deliver(delivery, link, record))
      } finally {
        signal.removeEventListener('abort', close)
        close()
      }
    } catch (error) {
      logger.debug({ err: error, peer: peerId }, 'no detour around a disk that takes nothing')
    } finally {
      reader.close()
    }
  }

  /** `send` says whether the link can be used again. */
  async #follow(reader: BinlogReader, mark: Mark, send: (record: BinlogRecord) => Promise<boolean>): Promise<void> {
    const { isServed, quarantine } = this.#options
    const endAt = performance.now() + DETOUR_MS
    for (let lines = 1; isServed() && performance.now() < endAt; lines += 1) {
      const entry = reader.next()
      if (entry === null) return
      this.#position = entry.end
      const { record } = entry
      const isToSend = record !== null && isWanted(record, mark) && !isBeforeOwnPart(record, mark)
      if (isToSend && !quarantine.has(record) && !(await send(record))) return
      if (lines % LINES_PER_TURN === 0) await nextTurn()
    }
  }

  async #deliver(delivery: Delivery, link: PeerLink, record: BinlogRecord): Promise<boolean> {
    const { counters, logger, peerId } = this.#options
    const refusing = sourceOp(record.op) === 'D' ? this.#closed : this.#full
    const paths = pathsOf(record)
    if (paths.some((path) => refusing.has(path))) return true
    try {
      await deliver(delivery, link, record)
      countBytes(counters, 'SyncOut', delivery.sentBytes, delivery.sentBytes)
      delivery.sentBytes = 0
    } catch (error) {
      if (takesNothing(error)) for (const path of paths) refusing.add(path)
      else logger.debug({ err: error, peer: peerId, record: record.name }, 'left out while a disk takes nothing')
    }
    return link.connection.usable
  }
}

/** `M01` and the like. A link names its target, too, and a rename the old name. */
function pathsOf({ op, name, extra }: BinlogRecord): string[] {
  const names = 'LlRr'.includes(op) && extra !== '' ? [name, extra] : [name]
  return names.map((one) => one.slice(0, 3))
}

function isBefore(position: BinlogPosition, { index, offset }: Mark): boolean {
  return position.index < index || (position.index === index && position.offset < offset)
}
