import type { ConnectionPool } from '@cairn/dfs-core'
import type { Member } from '../engine/members.ts'
import type { Part } from '../parts/part.ts'
import type { Shipment, Shipping } from '../parts/shipping.ts'
import { BuddyDirectory } from './buddy-directory.ts'
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
  shipped(bytes: number): void
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
    this.#timer = setInterval(() => {
      for (const shipment of this.#shipments.values()) shipment.pump()
    }, SWEEP_MS).unref()
  }

  follow(part: Part): Shipment | null {
    const { upl } = part
    const known = this.#shipments.get(upl)
    if (known !== undefined) return known
    if (this.#stop.signal.aborted || !isWorthIt(part)) return null
    const shipment = new PartShipment(part, {
      findBuddy: (name) => this.#directory.find(name),
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

/** Parts of uploads that will be joined, and what is joined of them, come by replication. */
function isWorthIt(part: Part): boolean {
  return part.becomesFile && !part.isJoined && (part.len ?? part.facts.lenMax) >= SHIPPED_FROM_BYTES
}
