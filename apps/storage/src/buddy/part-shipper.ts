import type { ConnectionPool } from '@cairn/dfs-core'
import type { Member } from '../engine/members.ts'
import type { Part } from '../parts/part.ts'
import { isPartial } from '../parts/part-facts.ts'
import type { Shipment, Shipping } from '../parts/shipping.ts'
import { BuddyDirectory } from './buddy-directory.ts'
import { watchMembers } from './member-watch.ts'
import { PartShipment } from './part-shipment.ts'

/** Smaller uploads are sent again rather than kept twice while they are sent. */
const SHIPPED_FROM_BYTES = 16 * 1024 * 1024
/** How often uploads that wait for a member look again. */
const SWEEP_MS = 1000

export interface PartShipperOptions {
  pool: ConnectionPool
  group: string
  storageId: string
  /** A member that takes less than a piece in this time is one that does not answer. */
  answerMs: number
  members(): ReadonlyMap<string, Member>
  /** Bytes have arrived at another member. */
  shipped(memberId: string, bytes: number): void
  report(message: string, error: unknown): void
  superseded(part: Part): void
}

/** Copies of this storage's uploads at other members, one for each upload that is worth it (D4). */
export class PartShipper implements Shipping {
  readonly #options: PartShipperOptions
  readonly #directory: BuddyDirectory
  readonly #shipments = new Map<string, PartShipment>()
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(options: PartShipperOptions) {
    this.#options = options
    this.#directory = new BuddyDirectory({ ...options, signal: this.#stop.signal })
    const haveChanged = watchMembers()
    this.#timer = setInterval(() => {
      const isToMove = haveChanged(options.members().values(), performance.now())
      for (const shipment of this.#shipments.values()) {
        if (isToMove) shipment.reconsider()
        shipment.pump()
      }
    }, SWEEP_MS).unref()
  }

  follow(part: Part): Shipment | null {
    const { upl } = part
    const known = this.#shipments.get(upl)
    if (known !== undefined) return known
    if (this.#stop.signal.aborted || !isWorthIt(part)) return null
    const shipment = new PartShipment(part, {
      findBuddy: () => this.#directory.find(buddyKey(part)),
      likelyBuddy: () => this.#directory.guess(buddyKey(part)),
      superseded: this.#options.superseded,
      shipped: this.#options.shipped,
      report: this.#options.report,
    })
    this.#shipments.set(upl, shipment)
    return shipment
  }

  forget(upl: string): void {
    this.#shipments.get(upl)?.end()
    this.#shipments.delete(upl)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    const running = [...this.#shipments.values()]
    this.#shipments.clear()
    for (const shipment of running) shipment.end()
    this.#stop.abort()
    await Promise.all(running.map((shipment) => shipment.settled()))
  }
}

/** What is joined is there in pieces, and comes by replication. A partial upload is one of many, so its own size says little. */
function isWorthIt({ isCopy, isJoined, facts, len }: Part): boolean {
  if (isCopy || isJoined) return false
  return isPartial(facts) || (len ?? facts.lenMax) >= SHIPPED_FROM_BYTES
}

/** Partial uploads of one owner are kept by the same member: they can be joined where all of them are. */
function buddyKey({ upl, facts }: Part): string {
  return isPartial(facts) ? facts.own : upl
}
