import type { LedgerLine } from './ledger-line.ts'

/** Acknowledged and ended uploads are remembered so long, in seconds. */
const KEPT_SECONDS = 14 * 24 * 3600

/** Where a line begins; what it says is read when it is needed. */
export interface LinePlace {
  offset: number
}

/** A `finished` line. */
export interface LedgerEntry extends LinePlace {
  ep: number
  at: number
  acked: boolean
}

interface Tombstone {
  ep: number
  at: number
}

/** What the lines of a ledger say, and where they are. */
export class LedgerIndex {
  readonly finished = new Map<string, LedgerEntry>()
  readonly unacked = new Map<string, LedgerEntry>()
  readonly ended = new Map<string, Tombstone>()
  /** `finished` lines that are followed neither by `logged` nor by `void`: the process died in between, or is at it. */
  readonly pending = new Map<string, LedgerEntry>()
  readonly described = new Map<string, LinePlace & { length: number }>()
  /** Finished uploads that only the memory knows to be so: the ledger is to say it when their records are durable. */
  readonly unconfirmed = new Set<string>()

  /** Its effect, for a line at a place. */
  apply(line: LedgerLine, place: LinePlace & { length: number }): void {
    switch (line.kind) {
      case 'described':
        this.described.set(line.upl, place)
        return
      case 'finished': {
        const { upl, ep, at } = line.upload
        this.pending.set(upl, { offset: place.offset, ep, at, acked: false })
        return
      }
      case 'logged': {
        const entry = this.pending.get(line.upl)
        if (entry === undefined) return
        this.pending.delete(line.upl)
        this.ended.delete(line.upl)
        this.finished.set(line.upl, entry)
        if (!entry.acked) this.unacked.set(line.upl, entry)
        return
      }
      case 'void':
        this.pending.delete(line.upl)
        return
      case 'acked': {
        const entry = this.#known(line.upl)
        if (entry !== undefined) Object.assign(entry, { acked: true, at: line.at })
        this.unacked.delete(line.upl)
        return
      }
      case 'raised': {
        const entry = this.#known(line.upl)
        if (entry !== undefined) entry.ep = line.ep
        return
      }
      case 'ended':
        this.pending.delete(line.upl)
        this.ended.set(line.upl, { ep: line.ep, at: line.at })
    }
  }

  /** An upload is confirmed late: in a ledger that is read, what came after its end may stand before the line that says so. */
  #known(upl: string): LedgerEntry | undefined {
    return this.finished.get(upl) ?? this.pending.get(upl)
  }

  /** `now` in unix seconds. */
  forgetOld(now: number): void {
    for (const [upl, entry] of this.finished) {
      if (!entry.acked || entry.at >= now - KEPT_SECONDS) continue
      this.finished.delete(upl)
      this.described.delete(upl)
    }
    for (const [upl, tombstone] of this.ended) {
      if (tombstone.at < now - KEPT_SECONDS) this.ended.delete(upl)
    }
  }
}
