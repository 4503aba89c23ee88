import { type FileHandle, open } from 'node:fs/promises'
import { type AboutPart, PART_DATA_SIZE_MAX, ServerError, Status } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import type { FinishedUpload } from '../parts/ledger-line.ts'
import type { Part } from '../parts/part.ts'
import type { Shipment } from '../parts/shipping.ts'
import type { BuddyLink } from './buddy-link.ts'
import { PIECE_FRONT } from './piece-buffers.ts'

/**
 * The client is held when a member that lives is further behind the last byte that is stored, be it ahead of a gap. With what is
 * on its way in sockets, 32 MiB are sent again at most when this storage dies.
 */
const SHIPPING_LAG_MAX = 24 * 1024 * 1024
/** A member that did not answer is asked again after this time, with what has gathered meanwhile. */
const RETRY_MS = 2000
/** What is left to ship when the upload is whole may take so long; then replication sends the file. */
const COMMIT_WAIT_MS = 10_000
/** Answers in a row that a member has fewer bytes than it had: it does not keep them. */
const STEPS_BACK_MAX = 3

export interface PartShipmentOptions {
  /** The member that the copy goes to now; null when there is none. */
  findBuddy(): Promise<BuddyLink | null>
  /** Its id, as far as is known without asking. */
  likelyBuddy(): string | null
  superseded(part: Part): void
  shipped(memberId: string, bytes: number): void
  report(message: string, error: unknown): void
}

interface Piece {
  buffer: Buffer
  offset: number
  size: number
}

/**
 * Ships one upload to its buddy: the part is read back from the page cache, one piece after the other, as far as its bytes are settled.
 * A buddy that fails is left alone for a while and never holds the client; what it lacks is sent when it answers again.
 */
export class PartShipment implements Shipment {
  readonly #part: Part
  readonly #options: PartShipmentOptions
  #buddy: BuddyLink | null = null
  /** Whoever may have bytes of it, by id: the buddy, and those before it, who drop what they have when it has all. */
  readonly #holders = new Map<string, BuddyLink>()
  #isToMove = false
  /** Bytes that the buddy has. */
  #shipped = 0
  #lagMax = SHIPPING_LAG_MAX
  #stepsBack = 0
  #retryAt = 0
  #running: Promise<void> | null = null
  #isEnded = false
  #isSuperseded = false
  readonly #waiting = new Set<() => void>()

  constructor(part: Part, options: PartShipmentOptions) {
    this.#part = part
    this.#options = options
  }

  async advance(takeover: AbortSignal): Promise<void> {
    this.pump()
    while (this.#mustHold() && !takeover.aborted) await this.#change(takeover)
    if (this.#isSuperseded) throw this.#supersededError()
  }

  /**
   * Members have come or gone: the copy moves to where it would go now. So partial uploads of one owner stay together, and a
   * member that has come back can say that the upload has ended.
   */
  reconsider(): void {
    const likely = this.#buddy === null ? null : this.#options.likelyBuddy()
    this.#isToMove = likely !== null && likely !== this.#buddy?.id
  }

  /** Starts to send what the buddy lacks, unless that is under way or it is to be left alone. */
  pump(): void {
    if (this.#running !== null || this.#isEnded || performance.now() < this.#retryAt) return
    if (this.#isToMove) this.#leave()
    if (this.#buddy !== null && this.#shipped >= this.#part.settled) return
    this.#running = this.#ship()
      .catch((error: unknown) => this.#lose(error))
      .finally(() => {
        this.#running = null
        this.#wake()
      })
  }

  async commit(finished: FinishedUpload): Promise<void> {
    const deadline = AbortSignal.timeout(COMMIT_WAIT_MS)
    while (this.#shipped < finished.size && !deadline.aborted) {
      this.pump()
      if (this.#running === null) break
      await this.#change(deadline)
    }
    if (this.#isSuperseded) throw this.#supersededError()
    const buddy = this.#buddy
    if (buddy === null || this.#shipped < finished.size) return this.drop()
    try {
      await buddy.commit(finished)
    } catch (error) {
      this.#lose(error)
      if (this.#isSuperseded) throw this.#supersededError()
      this.drop()
    }
  }

  drop(): void {
    this.end()
    this.#dropWhere(() => true)
  }

  #dropWhere(isTheirs: (holder: BuddyLink) => boolean): void {
    const { upl, ep } = this.#part
    for (const holder of [...this.#holders.values()].filter(isTheirs)) {
      this.#holders.delete(holder.id)
      holder.drop(upl, ep).catch((error) => {
        // Its copy expires.
        this.#options.report(`the copy of upload ${upl} could not be dropped`, error)
      })
    }
  }

  /** Nothing is sent from now on. */
  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#running
  }

  #leave(): void {
    this.#buddy = null
    // The next one may have nothing: an upload that ends now waits for it.
    this.#shipped = 0
    this.#isToMove = false
  }

  #mustHold(): boolean {
    if (this.#buddy === null || this.#isEnded) return false
    const lag = this.#part.reach - this.#shipped
    if (lag > this.#lagMax) return true
    this.#lagMax = Math.max(SHIPPING_LAG_MAX, lag)
    return false
  }

  async #ship(): Promise<void> {
    this.#buddy ??= await this.#open()
    if (this.#buddy === null) {
      this.#retryAt = performance.now() + RETRY_MS
      return
    }
    const { lane } = this.#part.storePath
    const file = await lane.run(() => open(this.#part.paths.part, 'r'))
    try {
      await this.#sendPieces(this.#buddy, file)
    } finally {
      await file.close()
    }
    const { id } = this.#buddy
    // A storage that stops in between leaves all copies where they are.
    if (this.#shipped >= this.#part.settled) this.#dropWhere((holder) => holder.id !== id)
  }

  /** Makes the copy, or finds what is there of it from before. */
  async #open(): Promise<BuddyLink | null> {
    const { upl, ep, settled } = this.#part
    const buddy = await this.#options.findBuddy()
    if (buddy === null) return null
    this.#holders.set(buddy.id, buddy)
    const there = await buddy.open({ upl, ep, offset: settled }, aboutOf(this.#part)).catch((error) => {
      if (error instanceof ServerError) this.#holders.delete(buddy.id)
      throw error
    })
    this.#shipped = Math.min(there, settled)
    this.#lagMax = Math.max(SHIPPING_LAG_MAX, this.#part.reach - this.#shipped)
    return buddy
  }

  /** One piece is on its way while the next one is read, if that is a full one: small ones cost as much. */
  async #sendPieces(buddy: BuddyLink, file: FileHandle): Promise<void> {
    let piece = await this.#readPiece(buddy, file, { offset: this.#shipped, sizeMin: 1 })
    while (piece !== null) {
      const [sent, read] = await Promise.allSettled([
        this.#sendPiece(buddy, piece),
        this.#readPiece(buddy, file, { offset: piece.offset + piece.size, sizeMin: PART_DATA_SIZE_MAX }),
      ])
      const next = read.status === 'fulfilled' ? read.value : null
      const follows = next?.offset === this.#shipped && sent.status === 'fulfilled' && !this.#isEnded
      if (next !== null && !follows) buddy.buffers.give(next.buffer, true)
      if (sent.status === 'rejected') throw sent.reason
      if (read.status === 'rejected') throw read.reason
      piece = follows ? next : await this.#readPiece(buddy, file, { offset: this.#shipped, sizeMin: 1 })
    }
  }

  /** The settled bytes from an offset on, ready to be sent; null when there are fewer. */
  async #readPiece(
    buddy: BuddyLink,
    file: FileHandle,
    { offset, sizeMin }: { offset: number; sizeMin: number },
  ): Promise<Piece | null> {
    const { upl, ep, settled } = this.#part
    if (settled - offset < sizeMin || this.#isEnded) return null
    const buffer = await buddy.buffers.take()
    try {
      const wanted = Math.min(PART_DATA_SIZE_MAX, settled - offset)
      const { lane } = this.#part.storePath
      const { bytesRead: size } = await lane.run(() => file.read(buffer, PIECE_FRONT, wanted, offset))
      if (size === 0) throw new Error(`part ${upl} ends before ${settled}`)
      buddy.prepare({ upl, ep, offset }, buffer, size)
      return { buffer, offset, size }
    } catch (error) {
      buddy.buffers.give(buffer, true)
      throw error
    }
  }

  async #sendPiece(buddy: BuddyLink, { buffer, offset, size }: Piece): Promise<void> {
    let isAnswered = false
    try {
      const there = await buddy.send(buffer, size)
      isAnswered = true
      if (there === offset + size) this.#arrived(buddy, size)
      else this.#stepBack(buddy)
      this.#shipped = Math.min(there, offset + size)
    } finally {
      buddy.buffers.give(buffer, isAnswered)
    }
    this.#wake()
  }

  #arrived({ id }: BuddyLink, bytes: number): void {
    this.#stepsBack = 0
    this.#options.shipped(id, bytes)
  }

  #stepBack({ id }: BuddyLink): void {
    this.#stepsBack += 1
    if (this.#stepsBack > STEPS_BACK_MAX) throw new Error(`storage ${id} does not keep what it is sent`)
  }

  #lose(error: unknown): void {
    const lost = this.#buddy
    this.#buddy = null
    this.#stepsBack = 0
    this.#retryAt = performance.now() + RETRY_MS
    if (this.#isEnded) return
    if (error instanceof ServerError && error.status === Status.ESTALE) {
      this.#isSuperseded = true
      this.end()
      this.#dropWhere((holder) => holder !== lost)
      this.#options.superseded(this.#part)
    } else this.#options.report(`upload ${this.#part.upl} is not copied to another member now`, error)
  }

  #supersededError(): UploadError {
    return new UploadError('superseded', `upload ${this.#part.upl} goes on at another member`)
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** Until something has changed, or the signal is aborted. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }
}

function aboutOf({ facts, len, storePath }: Part): AboutPart {
  const { lenMax, ext, own, ent, metadata, concat } = facts
  return { len, lenMax, ext, own, ent, metadata, concat, storePathIndex: storePath.index }
}
