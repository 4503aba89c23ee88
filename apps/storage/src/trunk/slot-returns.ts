import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { ServerError, Status, type TrunkSlot, UnreachableError } from '@cairn/dfs-core'
import { readFileIfAny, replaceFile } from '../disk/atomic-file.ts'
import type { Paced } from '../disk/by-pace.ts'
import type { FileStore } from '../disk/file-store.ts'
import { StoreError } from '../disk/store-error.ts'
import { isSlotUnoccupied, trunkFilePath } from './slot-file.ts'
import { formatTrunkRecord, parseTrunkLine, TrunkLineError } from './trunk-line.ts'

const RETRY_MS = 2000
/** So many are forgotten at most when the process ends in the middle of a round. */
const BATCH = 100

export interface SlotReturnsOptions {
  readonly folder: string
  readonly store: Pick<FileStore, 'storePaths'>
  /** Tells whoever hands out slots. */
  free(slot: TrunkSlot): Promise<void>
  /** There is somebody to tell. */
  isDue(): boolean
  report(message: string, details: object): void
}

/**
 * Slots of files that were deleted here, on their way back to the trunk server. Those that it could not be told of are
 * kept in `data/trunk/.cairn-owed` and offered again. None is offered twice when the first offer may have arrived: it
 * could hold another file by then.
 */
export class SlotReturns {
  readonly #options: SlotReturnsOptions
  readonly #path: string
  readonly #timer: NodeJS.Timeout
  #owed: TrunkSlot[]
  #round: Promise<void> | null = null
  #isClosed = false

  constructor(options: SlotReturnsOptions) {
    this.#options = options
    this.#path = join(options.folder, '.cairn-owed')
    this.#owed = readOwed(this.#path)
    this.#timer = setInterval(() => this.#startRound(), RETRY_MS)
  }

  giveBack(slot: TrunkSlot): void {
    // A disk that takes no line: the slot is offered again until this process ends, then its space is lost, but no data.
    this.#offer(slot).catch((error: unknown) =>
      this.#options.report('the slot of a deleted file is not noted', { err: error, slot }),
    )
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#round
  }

  /** False when the slot is still owed. */
  async #offer(slot: TrunkSlot): Promise<boolean> {
    try {
      await this.#options.free(slot)
    } catch (error) {
      if (hasNotArrived(error)) {
        this.#owed.push(slot)
        appendFileSync(this.#path, lineOf(slot))
        return false
      }
      this.#options.report('the slot of a deleted file was not taken back', { err: error, slot })
    }
    return true
  }

  #startRound(): void {
    if (this.#round !== null || this.#owed.length === 0 || !this.#options.isDue()) return
    this.#round = this.#offerAll()
      .catch((error: unknown) => this.#options.report('slots of deleted files are not given back', { err: error }))
      .finally(() => {
        this.#round = null
      })
  }

  async #offerAll(): Promise<void> {
    while (this.#owed.length > 0 && !this.#isClosed) {
      const batch = this.#owed.splice(0, BATCH)
      this.#save()
      for (const [index, slot] of batch.entries()) {
        if (!(await this.#isEmpty(slot)) || (await this.#offer(slot))) continue
        this.#owed.push(...batch.slice(index + 1))
        this.#save()
        return
      }
    }
  }

  /** False when another file lies there by now: somebody else has given the slot back. */
  #isEmpty(slot: TrunkSlot): Paced<boolean> {
    const storePath = this.#options.store.storePaths[slot.storePathIndex]
    return storePath !== undefined && isSlotUnoccupied(storePath.lane, trunkFilePath(storePath, slot), slot.offset)
  }

  #save(): void {
    replaceFile(this.#path, this.#owed.map(lineOf).join(''))
  }
}

/** Nobody has got the offer: there is no trunk server, it cannot be reached, or it says that it is not the one. */
function hasNotArrived(error: unknown): boolean {
  if (error instanceof UnreachableError) return true
  const isRefusal = error instanceof StoreError || error instanceof ServerError
  return isRefusal && (error.status === Status.EAGAIN || error.status === Status.EINVAL)
}

/** As a line of the trunk binlog that makes the slot free. */
function lineOf(slot: TrunkSlot): string {
  return formatTrunkRecord({ timestamp: 0, op: 'A', slot })
}

/** A torn line is space that stays unused. */
function readOwed(path: string): TrunkSlot[] {
  return (readFileIfAny(path) ?? '').split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [parseTrunkLine(line).slot]
    } catch (error) {
      if (error instanceof TrunkLineError) return []
      throw error
    }
  })
}
