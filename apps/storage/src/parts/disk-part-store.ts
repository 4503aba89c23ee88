import type { Readable } from 'node:stream'
import {
  type NewPart,
  type PartStatus,
  type PartStore,
  UploadError,
  UploadSlots,
  type WriteOptions,
} from '@cairn/dfs-tus'
import { atMost } from '../disk/at-most.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Durability } from '../disk/group-sync.ts'
import type { StorePath } from '../disk/store-path.ts'
import { admitUpload } from './admission.ts'
import { BodyBudget } from './body-budget.ts'
import { writtenAt } from './disk-failure.ts'
import { DiskSegments } from './disk-segments.ts'
import { fenceEpoch } from './epoch-fence.ts'
import { HashFrontiers } from './hash-frontier.ts'
import { LateConfirmations } from './late-confirmations.ts'
import type { FinishedUpload } from './ledger-line.ts'
import { OpenParts } from './open-parts.ts'
import { Part, type PartContext } from './part.ts'
import { PartCopies } from './part-copies.ts'
import { findParts, readBootId, removePartFiles } from './part-files.ts'
import { PartFinisher } from './part-finisher.ts'
import { receiveIntoPart } from './part-intake.ts'
import { joinedLength, PartJoiner } from './part-joiner.ts'
import type { FinishStep, LinkContext } from './part-link.ts'
import { replayLedger } from './part-replay.ts'
import { noShipping, type Shipping, type StartShipping } from './shipping.ts'
import { UploadLedgers } from './upload-ledgers.ts'
import { progressOfPart, statusOfFinished, statusOfPart, type UploadProgress } from './upload-status.ts'
import { storeWhole, WHOLE_UPLOAD_MAX } from './whole-upload.ts'

export interface PartStoreOptions {
  store: FileStore
  durability: Durability
  /** Told what was repaired at start, and what failed where nobody waits for an answer. */
  report(message: string, error?: unknown): void
  /** A new file is stored, so many seconds after its last byte had come. */
  onFinished?(upload: FinishedUpload, seconds: number): void
  /** Called behind each step of finishing; tests end the process there. */
  step?(step: FinishStep): void
  /** Uploads are kept on another member, too. */
  startShipping?: StartShipping
  /** A file of this name and time was deleted here. */
  isBuried?(logicName: string, timestamp: number): boolean
}

const OPEN_PARTS_MAX = 100_000

/** The uploads of one storage: open ones as parts on its store paths, finished ones in the ledgers. */
export class DiskPartStore implements PartStore {
  readonly expiryMs = 14 * 24 * 3600 * 1000
  readonly wholeMax = WHOLE_UPLOAD_MAX
  readonly ledgers = new UploadLedgers()
  readonly budget = new BodyBudget()
  /** Whoever touches an upload holds its slot. */
  readonly slots = new UploadSlots()
  readonly segments: DiskSegments
  /** Uploads of other members that are kept here, too. */
  readonly copies: PartCopies
  readonly #options: PartStoreOptions
  readonly #context: PartContext
  readonly #frontier: HashFrontiers
  readonly #finisher: PartFinisher
  readonly #joiner: PartJoiner
  readonly #link: LinkContext
  readonly #parts = new OpenParts()
  readonly #shipping: Shipping
  #isClosing = false

  private constructor(options: PartStoreOptions) {
    const { store, durability, report } = options
    this.#options = options
    this.#frontier = new HashFrontiers(store.storePaths)
    const sync = { none: null, group: store.groupSync, each: store.singleSync }[durability]
    this.#context = { frontier: this.#frontier, sync, bootId: readBootId() }
    const late = new LateConfirmations({ store, durable: sync !== null, report })
    const link = { store, durability, sync, late, step: options.step ?? (() => undefined) }
    this.#link = link
    const onFinished = (upload: FinishedUpload, seconds: number) => {
      this.#forget(upload.upl)
      options.onFinished?.(upload, seconds)
    }
    const shipping = (options.startShipping ?? noShipping)((part) => void this.#giveUp(part))
    this.#shipping = shipping
    this.#finisher = new PartFinisher({ link, ledgers: this.ledgers, shipping, onFinished, report })
    this.#joiner = new PartJoiner({ onComplete: (part) => this.#finishJoined(part), report })
    const [parts, finisher, status] = [this.#parts, this.#finisher, (upl: string) => this.status(upl)]
    this.segments = new DiskSegments({ parts, budget: this.budget, shipping, finisher, status })
    this.copies = new PartCopies({
      ...{ link, context: this.#context, parts, ledgers: this.ledgers, slots: this.slots, finisher },
      ...{ isBuried: options.isBuried ?? (() => false), joiner: this.#joiner, taken: (upl) => shipping.forget(upl) },
    })
  }

  /** Replays what a crash interrupted and takes up the parts. Call it before anything is served. */
  static async open(options: PartStoreOptions): Promise<DiskPartStore> {
    const parts = new DiskPartStore(options)
    for (const storePath of options.store.storePaths) await parts.#openStorePath(storePath)
    return parts
  }

  async #openStorePath(storePath: StorePath): Promise<void> {
    const { report } = this.#options
    const ledger = this.ledgers.open(storePath, this.#context.sync, report)
    for (const message of await replayLedger(this.#link, { storePath, ledger })) report(message)
    for (const found of findParts(storePath, report)) {
      const { upl, bootId, prefix } = found.record
      if (ledger.finishedEpoch(upl) !== null) {
        await removePartFiles(storePath, found.paths)
        continue
      }
      const part = Part.reopen(this.#context, storePath, found)
      this.#parts.set(upl, part)
      if (bootId !== this.#context.bootId || prefix !== undefined) await part.save()
      this.#shipping.follow(part)
    }
  }

  /** Finishes what was complete when the process ended: its uploader may never come back. */
  async finishComplete(): Promise<void> {
    for (const part of [...this.#parts.values()]) {
      if (this.#isClosing) return
      if (!this.#joiner.goOn(part, this.#parts)) await this.#giveUp(part)
      // A failure was reported by the finisher, and the next request for the upload tries again.
      if (part.isComplete && part.becomesFile) await Promise.allSettled([this.#finisher.finish(part)])
    }
  }

  fence(upl: string, ep: number): Promise<void> {
    return fenceEpoch({ parts: this.#parts, ledgers: this.ledgers }, upl, ep)
  }

  async create(upload: NewPart): Promise<PartStatus> {
    const { upl, ep, joins } = upload
    if (!this.#parts.has(upl) && this.ledgers.finishedEpoch(upl) === null) {
      if (ep <= (this.ledgers.endedEpoch(upl) ?? -1)) throw wasEnded(upl)
      if (this.#parts.size >= OPEN_PARTS_MAX) throw new UploadError('unavailable', 'too many uploads are open')
      const len = joins.length > 0 ? joinedLength(upload, this.#parts) : upload.len
      const place = this.#admit(len ?? upload.lenMax)
      this.#parts.set(upl, await writtenAt(place, Part.create(this.#context, place, { ...upload, len })))
    }
    const part = this.#parts.get(upl)
    if (part !== undefined && !this.#joiner.goOn(part, this.#parts)) await this.#discard(part, ep)
    const status = await this.status(upl)
    if (upload.len === null || status.len === upload.len) return status
    throw new UploadError('length_mismatch', `upload ${upl} was created with ${status.len} bytes`)
  }

  isUnknown(upl: string): boolean {
    return !this.#parts.has(upl) && this.ledgers.finishedEpoch(upl) === null && this.ledgers.endedEpoch(upl) === null
  }

  async putWhole(part: NewPart, content: Buffer): Promise<void> {
    const startedAt = performance.now()
    const storePath = this.#admit(content.length)
    const storing = storeWhole(this.#link, this.ledgers.at(storePath), { storePath, part, content })
    const finished = await writtenAt(storePath, storing)
    this.#options.onFinished?.(finished, (performance.now() - startedAt) / 1000)
  }

  status(upl: string, ep = 0): Promise<PartStatus> {
    const part = this.#parts.get(upl)
    if (part !== undefined) return Promise.resolve(statusOfPart(part))
    const finished = this.ledgers.finished(upl)
    if (finished !== null) return Promise.resolve(statusOfFinished(finished))
    const isEnded = ep <= (this.ledgers.endedEpoch(upl) ?? -1)
    return Promise.reject(isEnded ? wasEnded(upl) : new UploadError('not_found', `there is no upload ${upl}`))
  }

  async write(upl: string, offset: number, body: Readable, options: WriteOptions): Promise<number> {
    const status = await this.status(upl)
    if (status.offset !== offset) throw new UploadError('offset_conflict', `upload ${upl} has ${status.offset} bytes`)
    const part = this.#parts.get(upl)
    // A repeated last request: nothing is missing, and its body is empty (the protocol layer has checked its length).
    if (part === undefined || part.isComplete) return offset
    const intake = { ...options, shipment: this.#shipping.follow(part), budget: this.budget }
    try {
      await this.#parts.whileWritten(part, () => receiveIntoPart(part, body, intake))
    } catch (error) {
      // Whoever takes over is told how much there is, which is to survive a power loss then.
      if (error instanceof UploadError && error.code === 'taken_over') await part.sync()
      throw error
    }
    if (part.isComplete && part.becomesFile) void this.#finisher.finish(part)
    else await part.sync()
    return part.offset
  }

  async remove(upl: string): Promise<void> {
    const { state, ep } = await this.status(upl)
    if (state === 'linked' || state === 'acked' || this.#finisher.isRunning(upl)) {
      throw new UploadError('upload_finished', `upload ${upl} is finished: its file is not the uploader's to delete`)
    }
    if (this.#joiner.isUsed(upl)) throw new UploadError('locked', `upload ${upl} is being joined to another`)
    const part = this.#parts.get(upl)
    if (part === undefined) return
    if (part.isCopy) return this.copies.remove(part)
    this.#shipping.follow(part)?.drop()
    await this.#discard(part, ep)
  }

  /**
   * Waits until a complete upload is finished, at most `maxWaitMs`; null when it is not by then, but then its bytes are durable.
   * Throws what finishing threw.
   */
  async whenFinished(upl: string, maxWaitMs: number): Promise<FinishedUpload | null> {
    const part = this.#parts.get(upl)
    if (part !== undefined && !this.#joiner.goOn(part, this.#parts)) await this.#giveUp(part)
    if (part?.isComplete === true && part.becomesFile) {
      const finishing = this.#finisher.finish(part)
      if (maxWaitMs > 0) await atMost(finishing, maxWaitMs)
      if (this.#parts.has(upl)) await part.sync()
    }
    return this.ledgers.finished(upl)?.upload ?? null
  }

  /** null when nothing is known of the upload. */
  progress(upl: string): UploadProgress | null {
    const part = this.#parts.get(upl)
    if (part !== undefined) return progressOfPart(part)
    const size = this.ledgers.finished(upl)?.upload.size
    return size === undefined ? null : { state: 'finished', offset: size, hashed: size, size }
  }

  /** Uploads that are not complete, or complete and not yet files. */
  get openCount(): number {
    return this.#parts.size
  }

  /** Names of these, and of copies, from behind `after` on. */
  openAfter(after: string | null, countMax: number): string[] {
    return this.#parts.namesAfter(after, countMax)
  }

  /** Uploads that nobody has written to for 14 days. */
  expired(nowMs: number): string[] {
    return this.#parts.unchangedSince(nowMs - this.expiryMs)
  }

  /** Ends running work; requests must have ended before. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#joiner.close()
    await this.#shipping.close()
    await this.#finisher.close()
    for (const part of this.#parts.values()) await part.retire()
    await this.#frontier.close()
    await this.#link.late.close()
    await this.ledgers.close()
  }

  #admit(size: number): StorePath {
    return admitUpload(this.#options.store, size, (path) => this.#parts.outstanding(path))
  }

  #forget(upl: string): void {
    this.#parts.delete(upl)
    this.#shipping.forget(upl)
  }

  async #discard(part: Part, ep: number): Promise<void> {
    const { upl } = part
    await this.#joiner.stop(upl)
    await this.ledgers.end(part, ep)
    this.#forget(upl)
    part.hash.close()
    await part.retire()
    await removePartFiles(part.storePath, part.paths)
  }

  /** What is here is of no use to anybody: its upload goes on at another member, or cannot go on. */
  async #giveUp(part: Part): Promise<void> {
    const { upl } = part
    await this.#finisher.settled(upl)
    try {
      const release = await this.slots.acquire(upl, () => undefined)
      if (this.#parts.get(upl) === part && !part.isCopy) await this.#discard(part, part.ep).finally(release)
      else release()
    } catch (error) {
      this.#options.report(`cannot drop upload ${upl}`, error)
    }
  }

  /** A failure was reported by the finisher, and the next request for the upload tries again. */
  async #finishJoined(part: Part): Promise<void> {
    if (part.becomesFile && this.#parts.has(part.upl)) await Promise.allSettled([this.#finisher.finish(part)])
    if (this.ledgers.finishedEpoch(part.upl) === null) return
    for (const upl of part.facts.joins) {
      const source = this.#joiner.isUsed(upl) ? undefined : this.#parts.get(upl)
      if (source !== undefined) await (source.isCopy ? this.copies.end(source) : this.remove(upl))
    }
  }
}

function wasEnded(upl: string): UploadError {
  return new UploadError('gone', `upload ${upl} was ended`)
}
