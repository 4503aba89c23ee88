import type { UploadFacts } from '@cairn/dfs-tus'
import type { GroupSync } from '../disk/group-sync.ts'
import type { StorePath } from '../disk/store-path.ts'
import { isDiskFull } from './disk-failure.ts'
import type { FinishedUpload } from './ledger-line.ts'
import type { Part } from './part.ts'
import { partsFolder } from './part-files.ts'
import { PartLedger } from './part-ledger.ts'

/** The ledgers of all store paths as one: an upload is in at most one of them. */
export class UploadLedgers {
  readonly #ledgers = new Map<StorePath, PartLedger>()

  open(storePath: StorePath, sync: GroupSync | null, report: (message: string) => void): PartLedger {
    const path = `${partsFolder(storePath)}/uploads.log`
    const ledger = new PartLedger({ path, lane: storePath.lane, sync, now: unixSeconds(), report })
    this.#ledgers.set(storePath, ledger)
    return ledger
  }

  at(storePath: StorePath): PartLedger {
    const ledger = this.#ledgers.get(storePath)
    if (ledger === undefined) throw new Error(`store path ${storePath.index} has no ledger`)
    return ledger
  }

  finished(upl: string): { upload: FinishedUpload; acked: boolean; facts: UploadFacts } | null {
    for (const ledger of this.#ledgers.values()) {
      const finished = ledger.finished(upl)
      if (finished !== null) return { ...finished, facts: ledger.facts(upl) }
    }
    return null
  }

  /** The highest epoch that a finished upload was seen with. */
  finishedEpoch(upl: string): number | null {
    return this.#first((ledger) => ledger.finishedEpoch(upl))
  }

  /** The epoch at which an upload was given up. */
  endedEpoch(upl: string): number | null {
    return this.#first((ledger) => ledger.endedEpoch(upl))
  }

  /** A finished upload is asked for with a higher epoch: the same file, with a receipt of that epoch. */
  async raise(upl: string, ep: number): Promise<void> {
    for (const ledger of this.#ledgers.values()) {
      if (ledger.finishedEpoch(upl) !== null) await ledger.append({ kind: 'raised', upl, ep })
    }
  }

  /** The upload of a part has ended. On a full disk its bytes make room for the line that says so. */
  async end(part: Part, ep: number): Promise<void> {
    const note = () => this.at(part.storePath).append({ kind: 'ended', upl: part.upl, ep, at: unixSeconds() })
    try {
      await note()
    } catch (error) {
      if (!isDiskFull(error)) throw error
      await part.rollback({ offset: 0, crcStart: 0, crc: 0 })
      await note()
    }
  }

  /** Finished uploads that the web application does not know yet, from behind `after` on. */
  unacknowledged(after: string | null, countMax: number): FinishedUpload[] {
    const ledgers = [...this.#ledgers.values()]
    const start =
      after === null
        ? 0
        : Math.max(
            0,
            ledgers.findIndex((ledger) => ledger.finishedEpoch(after) !== null),
          )
    const all = ledgers.slice(start).flatMap((ledger) => ledger.unacknowledged(after, countMax))
    return all.slice(0, countMax)
  }

  /** The web application knows these files. Returns the uploads that are finished, and so acknowledged now. */
  async acknowledge(upls: readonly string[]): Promise<string[]> {
    const at = unixSeconds()
    const writes: Promise<void>[] = []
    const known: string[] = []
    for (const ledger of this.#ledgers.values()) {
      for (const upl of upls) {
        const isAcked = ledger.isAcknowledged(upl)
        if (isAcked === null) continue
        known.push(upl)
        if (!isAcked) writes.push(ledger.append({ kind: 'acked', upl, at }))
      }
    }
    await Promise.all(writes)
    return known
  }

  /** Rewrites the ledgers of which most is no longer needed; how many. */
  async compact(): Promise<number> {
    let count = 0
    for (const ledger of this.#ledgers.values()) if (await ledger.compact(unixSeconds())) count += 1
    return count
  }

  async close(): Promise<void> {
    for (const ledger of this.#ledgers.values()) await ledger.settled()
    for (const ledger of this.#ledgers.values()) ledger.close()
  }

  #first(ask: (ledger: PartLedger) => number | null): number | null {
    for (const ledger of this.#ledgers.values()) {
      const answer = ask(ledger)
      if (answer !== null) return answer
    }
    return null
  }
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
