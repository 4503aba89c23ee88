import type { Readable } from 'node:stream'
import { type NewPart, type PartStatus, type PartStore, UploadError, type WriteOptions } from '@cairn/dfs-tus'
import type { FileStore } from '../disk/file-store.ts'
import type { Durability } from '../disk/group-sync.ts'
import type { StorePath } from '../disk/store-path.ts'
import { admitUpload } from './admission.ts'
import { asUploadError } from './disk-failure.ts'
import { HashFrontier } from './hash-frontier.ts'
import { LateConfirmations } from './late-confirmations.ts'
import type { FinishedUpload } from './ledger-line.ts'
import { Part, type PartContext } from './part.ts'
import { findParts, readBootId, removePartFiles } from './part-files.ts'
import { PartFinisher } from './part-finisher.ts'
import { receiveIntoPart } from './part-intake.ts'
import { joinedLength, PartJoiner } from './part-joiner.ts'
import type { FinishStep, LinkContext } from './part-link.ts'
import { replayLedger } from './part-replay.ts'
import { UploadLedgers } from './upload-ledgers.ts'
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
}

/** How far an upload is, in bytes. */
export interface UploadProgress {
  state: 'open' | 'hashing' | 'finished'
  offset: number
  hashed: number
  size: number
}

const EXPIRY_MS = 14 * 24 * 3600 * 1000
const OPEN_PARTS_MAX = 100_000
/** Each running hash holds a file open: of the parts that nobody writes to, only so many keep theirs. */
const IDLE_HASHES_MAX = 256

/** The uploads of one storage: open ones as parts on its store paths, finished ones in the ledgers. */
export class DiskPartStore implements PartStore {
  readonly expiryMs = EXPIRY_MS
  readonly wholeMax = WHOLE_UPLOAD_MAX
  readonly ledgers = new UploadLedgers()
  readonly #options: PartStoreOptions
  readonly #context: PartContext
  readonly #frontier = new HashFrontier()
  readonly #finisher: PartFinisher
  readonly #joiner: PartJoiner
  readonly #link: LinkContext
  readonly #parts = new Map<string, Part>()
  readonly #writing = new Set<Part>()

  private constructor(options: PartStoreOptions) {
    const { store, durability, report } = options
    this.#options = options
    const sync = { none: null, group: store.groupSync, each: store.singleSync }[durability]
    this.#context = { frontier: this.#frontier, sync, bootId: readBootId() }
    const late = new LateConfirmations({ store, durable: sync !== null, report })
    this.#link = { store, durability, sync, late, step: options.step ?? (() => undefined) }
    const onFinished = (upload: FinishedUpload, seconds: number) => {
      this.#parts.delete(upload.upl)
      options.onFinished?.(upload, seconds)
    }
    this.#finisher = new PartFinisher({ link: this.#link, ledgers: this.ledgers, onFinished, report })
    this.#joiner = new PartJoiner({ onComplete: (part) => void this.#finishJoined(part), report })
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
      const { upl, bootId } = found.record
      if (ledger.finishedEpoch(upl) !== null) {
        await removePartFiles(found.paths)
        continue
      }
      const part = Part.reopen(this.#context, storePath, found)
      this.#parts.set(upl, part)
      if (bootId !== this.#context.bootId) await part.save()
    }
  }

  /** Finishes what was complete when the process ended: its uploader may never come back. */
  async finishComplete(): Promise<void> {
    for (const part of [...this.#parts.values()]) {
      this.#goOnJoining(part)
      // A failure was reported by the finisher, and the next request for the upload tries again.
      if (part.isComplete && part.becomesFile) await Promise.allSettled([this.#finisher.finish(part)])
    }
  }

  async fence(upl: string, ep: number): Promise<void> {
    const part = this.#parts.get(upl)
    const finished = this.ledgers.finishedEpoch(upl)
    const seen = part?.ep ?? finished ?? this.ledgers.endedEpoch(upl) ?? 0
    if (ep < seen) throw new UploadError('superseded', `upload ${upl} goes on at epoch ${seen}`)
    if (ep === seen) return
    if (part !== undefined) {
      part.ep = ep
      await part.save()
    } else if (finished !== null) await this.ledgers.raise(upl, ep)
  }

  async create(upload: NewPart): Promise<PartStatus> {
    const { upl, ep, joins } = upload
    if (!this.#parts.has(upl) && this.ledgers.finishedEpoch(upl) === null) {
      if (ep <= (this.ledgers.endedEpoch(upl) ?? -1)) throw new UploadError('gone', `upload ${upl} was ended`)
      if (this.#parts.size >= OPEN_PARTS_MAX) throw new UploadError('unavailable', 'too many uploads are open')
      const len = joins.length > 0 ? joinedLength(upload, this.#parts) : upload.len
      const place = this.#admit(len ?? upload.lenMax)
      this.#parts.set(upl, await Part.create(this.#context, place, { ...upload, len }))
    }
    const part = this.#parts.get(upl)
    if (part !== undefined) this.#goOnJoining(part)
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
    try {
      const finished = await storeWhole(this.#link, this.ledgers.at(storePath), { storePath, part, content })
      this.#options.onFinished?.(finished, (performance.now() - startedAt) / 1000)
    } catch (error) {
      throw asUploadError(error)
    }
  }

  status(upl: string): Promise<PartStatus> {
    const part = this.#parts.get(upl)
    if (part !== undefined) {
      const { ep, len, offset, changedAtMs } = part
      const { metadata, concat } = part.facts
      const state = part.isComplete ? 'complete' : 'open'
      return Promise.resolve({ upl, ep, len, offset, state, changedAtMs, metadata, concat })
    }
    const finished = this.ledgers.finished(upl)
    if (finished !== null) {
      const { ep, size, at } = finished.upload
      const state = finished.acked ? 'acked' : 'linked'
      return Promise.resolve({ upl, ep, len: size, offset: size, state, changedAtMs: at * 1000, ...finished.facts })
    }
    const isEnded = this.ledgers.endedEpoch(upl) !== null
    const error = isEnded
      ? new UploadError('gone', `upload ${upl} was ended`)
      : new UploadError('not_found', `there is no upload ${upl}`)
    return Promise.reject(error)
  }

  async write(upl: string, offset: number, body: Readable, options: WriteOptions): Promise<number> {
    const status = await this.status(upl)
    if (status.offset !== offset) throw new UploadError('offset_conflict', `upload ${upl} has ${status.offset} bytes`)
    const part = this.#parts.get(upl)
    // A repeated last request: nothing is missing, and its body is empty (the protocol layer has checked its length).
    if (part === undefined || part.isComplete) return offset
    this.#writing.add(part)
    try {
      await receiveIntoPart(part, body, options)
    } catch (error) {
      // Whoever takes over is told how much there is, which is to survive a power loss then.
      if (error instanceof UploadError && error.code === 'taken_over') await part.sync()
      throw error
    } finally {
      this.#writing.delete(part)
      this.#closeIdleHashes()
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
    await this.#joiner.stop(upl)
    await this.ledgers.end(part.storePath, upl, ep)
    this.#parts.delete(upl)
    part.closeHash()
    await part.retire()
    await removePartFiles(part.paths)
  }

  /**
   * Waits until a complete upload is finished, at most `maxWaitMs`; null when it is not by then, but then its bytes are durable.
   * Throws what finishing threw.
   */
  async whenFinished(upl: string, maxWaitMs: number): Promise<FinishedUpload | null> {
    const part = this.#parts.get(upl)
    if (part !== undefined) this.#goOnJoining(part)
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
    if (part !== undefined) {
      const { offset, hashed, len } = part
      const state = part.isComplete && part.becomesFile ? 'hashing' : 'open'
      return { state, offset, hashed, size: len ?? part.facts.lenMax }
    }
    const finished = this.ledgers.finished(upl)
    if (finished === null) return null
    const { size } = finished.upload
    return { state: 'finished', offset: size, hashed: size, size }
  }

  /** Uploads that are not complete, or complete and not yet files. */
  get openCount(): number {
    return this.#parts.size
  }

  /** Uploads that nobody has written to for 14 days. */
  expired(nowMs: number): string[] {
    return [...this.#parts.values()].filter((part) => part.changedAtMs + EXPIRY_MS < nowMs).map((part) => part.upl)
  }

  /** Ends running work; requests must have ended before. */
  async close(): Promise<void> {
    await this.#joiner.close()
    await this.#finisher.close()
    for (const part of this.#parts.values()) {
      await part.closeFile()
      await part.retire()
    }
    await this.#frontier.close()
    await this.#link.late.close()
    this.ledgers.close()
  }

  #admit(size: number): StorePath {
    return admitUpload(this.#options.store, size, (path) => this.#outstanding(path))
  }

  #outstanding(storePath: StorePath): number {
    let bytes = 0
    for (const part of this.#parts.values()) if (part.storePath === storePath) bytes += part.room
    return bytes
  }

  /** Of an upload that is filled from others and has not all of their bytes. */
  #goOnJoining(part: Part): void {
    if (!part.isJoined || part.isComplete) return
    const sources = part.facts.joins.map((upl) => this.#parts.get(upl)).filter((source) => source !== undefined)
    if (sources.length === part.facts.joins.length) this.#joiner.start(part, sources)
    else this.#options.report(`upload ${part.upl} lacks partial uploads that it is joined from`)
  }

  /** A failure was reported by the finisher, and the next request for the upload tries again. */
  async #finishJoined(part: Part): Promise<void> {
    if (part.becomesFile) await Promise.allSettled([this.#finisher.finish(part)])
    if (this.ledgers.finishedEpoch(part.upl) === null) return
    for (const upl of part.facts.joins) {
      if (this.#parts.has(upl) && !this.#joiner.isUsed(upl)) await this.remove(upl)
    }
  }

  #closeIdleHashes(): void {
    const idle = [...this.#parts.values()].filter(
      (part) => part.isHashing && !part.isComplete && !this.#writing.has(part),
    )
    idle.sort((a, b) => b.changedAtMs - a.changedAtMs)
    for (const part of idle.slice(IDLE_HASHES_MAX)) part.closeHash()
  }
}

function atMost(work: Promise<unknown>, maxWaitMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, maxWaitMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
