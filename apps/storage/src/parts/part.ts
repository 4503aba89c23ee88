import { truncateSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { combineCrc32, crc32 } from '@cairn/dfs-core'
import type { NewPart } from '@cairn/dfs-tus'
import type { StorePath } from '../disk/store-path.ts'
import { splitChunks } from './chunks.ts'
import type { HashFrontier } from './hash-frontier.ts'
import { isPartial, type PartFacts } from './part-facts.ts'
import { createPartFile, type FoundPart, type PartPaths, type PartRecord, partPaths } from './part-files.ts'
import { PartHash, type PartMark } from './part-hash.ts'
import { type DescribedPart, type PartChange, PartSidecar, type SidecarContext } from './part-sidecar.ts'
import { SegmentMap } from './segment-map.ts'

export interface PartContext extends SidecarContext {
  frontier: Pick<HashFrontier, 'open'>
}

/**
 * One upload on the disk: a file that grows at its end. Bytes 0 … `offset` are stored. Their CRC-32 is known from `crcStart` on, which
 * is 0 unless the process was restarted in the middle; the part before is then taken by the hashing thread, which reads from 0 anyway.
 * While segments of it are sent, the file may have bytes behind a gap, too, which `ahead` knows.
 */
export class Part implements DescribedPart {
  readonly upl: string
  readonly facts: Omit<PartFacts, 'len'> & { created: number }
  readonly storePath: StorePath
  readonly paths: PartPaths
  readonly hash: PartHash
  readonly ahead = new SegmentMap()
  ep: number
  /** Kept for another member, which takes the bytes and makes the file; it is not hashed. */
  isCopy: boolean
  offset: number
  changedAtMs: number
  #len: number | null
  readonly #sidecar: PartSidecar
  #crcStart: number
  #crc = 0
  #file: FileHandle | null = null
  /** Where a request began that may have to be taken back. */
  #unsettledFrom: number | null = null

  private constructor(
    context: PartContext,
    storePath: StorePath,
    record: PartRecord,
    place: { offset: number; at: number },
  ) {
    this.storePath = storePath
    this.paths = partPaths(storePath, record.upl)
    const { upl, ep, len, lenMax, ext, own, ent, metadata, concat, joins } = record
    this.hash = new PartHash(context.frontier, this.paths.part)
    this.upl = upl
    this.ep = ep
    this.isCopy = record.isCopy === true
    this.facts = { upl, lenMax, ext, own, ent, metadata, concat, joins, created: record.created }
    this.#len = len
    this.offset = place.offset
    this.#crcStart = place.offset
    this.changedAtMs = place.at
    this.#sidecar = new PartSidecar(context, this, record.offsetDurable)
  }

  static async create(
    context: PartContext,
    storePath: StorePath,
    upload: NewPart & { isCopy?: boolean },
  ): Promise<Part> {
    const at = Date.now()
    const created = Math.floor(at / 1000)
    const record: PartRecord = { v: 2, ...upload, created, offsetDurable: 0, bootId: context.bootId }
    const part = new Part(context, storePath, record, { offset: 0, at })
    await createPartFile(storePath.lane, part.paths, () => part.save())
    return part
  }

  /** Takes up a part after a restart; bytes that a power loss may have spoilt are cut off. */
  static reopen(context: PartContext, storePath: StorePath, { record, size, changedAtMs, paths }: FoundPart): Part {
    const stored = Math.min(size, record.prefix ?? size)
    const trusted = record.bootId === context.bootId ? stored : Math.min(stored, record.offsetDurable)
    const offset = Math.min(trusted, record.len ?? record.lenMax)
    if (offset < size) truncateSync(paths.part, offset)
    const durable = Math.min(record.offsetDurable, offset)
    return new Part(context, storePath, { ...record, offsetDurable: durable }, { offset, at: changedAtMs })
  }

  /** null while it is to be told. */
  get len(): number | null {
    return this.#len
  }

  /** Bytes that may still come. */
  get room(): number {
    return (this.#len ?? this.facts.lenMax) - this.offset
  }

  get isComplete(): boolean {
    return this.settled === this.#len
  }

  /** A file comes of it when it is complete; not of what is to be joined, nor of a copy, nor of nothing. */
  get becomesFile(): boolean {
    return this.#isHashed && this.#len !== 0
  }

  /** The bytes come from other parts. */
  get isJoined(): boolean {
    return this.facts.joins.length > 0
  }

  /** Of a part without a length; null takes back what was told. */
  setLength(len: number | null): Promise<void> {
    return this.#sidecar.save({ len })
  }

  /** End of the last byte that no request can take back any more, be there gaps before it or not. */
  get reach(): number {
    return Math.max(this.settled, this.ahead.reach)
  }

  /** Bytes that no request can take back any more. */
  get settled(): number {
    return this.#unsettledFrom ?? this.offset
  }

  /** What is written from now on may be taken back until `settle`. */
  unsettle(): void {
    this.#unsettledFrom = this.offset
  }

  settle(): void {
    this.#unsettledFrom = null
  }

  /** CRC-32 of all bytes; null when the beginning was written before a restart. */
  get crc32(): number | null {
    return this.#crcStart === 0 ? this.#crc : null
  }

  get mark(): PartMark {
    return { offset: this.offset, crcStart: this.#crcStart, crc: this.#crc }
  }

  /** Before the first `append` of a request. */
  async openForWriting(): Promise<void> {
    this.#file ??= await this.storePath.lane.runTimed(() => open(this.paths.part, 'r+'))
  }

  async closeFile(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }

  /**
   * Writes chunks at the end; `offset` follows what is really written, also when a write fails. Waits for the hash to keep
   * up. `known`: the CRC-32 of all of them.
   */
  async append(chunks: readonly Buffer[], known?: number): Promise<void> {
    const file = this.#file
    if (file === null) throw new Error(`part ${this.upl} is not open`)
    this.#sidecar.check()
    for (let rest = chunks; rest.length > 0; ) {
      const next = rest
      const { bytesWritten } = await this.storePath.lane.runTimed(() => file.writev(next, this.offset))
      rest = this.#account(rest, bytesWritten, rest === chunks ? known : undefined)
    }
    await this.#followWritten()
  }

  /** More bytes are written at the end, by another thread. Waits as `append` does. */
  async grew(size: number, crc: number): Promise<void> {
    this.#extend(size, crc)
    this.#sidecar.check()
    await this.#followWritten()
  }

  get isSparse(): boolean {
    return this.#sidecar.isSparse
  }

  /** When it resolves, bytes may be written behind a gap, and such as may be taken back. */
  async becomeSparse(): Promise<void> {
    this.#sidecar.check()
    await this.#sidecar.becomeSparse()
  }

  /** More bytes of the segment that begins at `off` are written, and stay; those that follow the offset are its own now. */
  async segmentGrew(off: number, size: number, crc: number): Promise<void> {
    this.changedAtMs = Date.now()
    this.ahead.add(off, size, crc)
    const before = this.offset
    for (let next = this.ahead.take(this.offset); next !== null; next = this.ahead.take(this.offset)) {
      this.#extend(next.size, next.crc32)
    }
    if (this.offset > before) await this.#followWritten()
  }

  /** The file ends at the offset, and nothing before it will be taken back. */
  async becomeDense(): Promise<void> {
    if (this.isSparse) await this.#sidecar.becomeDense()
  }

  /** Forgets the bytes behind the mark. */
  async rollback(mark: PartMark): Promise<void> {
    if (this.offset === mark.offset && !this.isSparse) return
    this.ahead.clear()
    await this.openForWriting()
    await this.storePath.lane.run(async () => await this.#file?.truncate(mark.offset))
    this.offset = mark.offset
    this.#crcStart = mark.crcStart
    this.#crc = mark.crc
    this.hash.close()
    await this.#sidecar.cut(mark.offset)
  }

  /** The client comes here from this epoch on. It counts on the bytes of a copy, too, which nobody has synced. */
  async goOn(ep: number): Promise<void> {
    const wasCopy = this.isCopy
    if (wasCopy) await this.sync()
    await this.#sidecar.save({ ep, isCopy: false })
    // What came meanwhile from the member that had it.
    if (wasCopy) await this.sync()
  }

  /** The client goes to another member from this epoch on, which sends the bytes. */
  follow(ep: number): Promise<void> {
    return this.#sidecar.save({ ep, isCopy: true })
  }

  become({ ep = this.ep, isCopy = this.isCopy, len = this.#len }: PartChange): void {
    Object.assign(this, { ep, isCopy })
    this.#len = len
  }

  /** So many bytes survive what the store promises. */
  get safe(): number {
    return this.#sidecar.safe
  }

  /** How much of it whoever sends segments may count on. */
  get prefix(): number {
    return this.isSparse ? this.safe : this.offset
  }

  /** When it resolves, all bytes before the offset survive a power loss (if the store promises that at all). */
  sync(): Promise<void> {
    return this.#sidecar.sync()
  }

  /** The bytes alone: the sidecar will not be needed any more. */
  syncBytes(): Promise<void> {
    return this.#sidecar.syncBytes()
  }

  /** Writes the sidecar; calls follow each other. */
  save(): Promise<void> {
    return this.#sidecar.save()
  }

  /** Nothing touches the part's files after this has resolved, also if its sidecar could not be written: they may be removed. */
  async retire(): Promise<void> {
    await Promise.all([this.closeFile(), this.#sidecar.retire()])
  }

  /** Of a complete part: waits until everything is hashed. */
  async hashes() {
    const { sha256, head, prefixCrc32 } = await this.hash.finish(this.mark)
    return { sha256, head, crc32: combineCrc32(prefixCrc32, this.#crc, this.offset - this.#crcStart) }
  }

  /** A partial upload is hashed where it is joined, a copy when somebody goes on with it. */
  get #isHashed(): boolean {
    return !isPartial(this.facts) && !this.isCopy
  }

  /** Counts `written` bytes and returns what is left to write. `known`: the CRC-32 of all chunks. */
  #account(chunks: readonly Buffer[], written: number, known: number | undefined): readonly Buffer[] {
    const [taken, rest] = splitChunks(chunks, written)
    if (known !== undefined && rest.length === 0) this.#extend(written, known)
    else {
      let crc = 0
      for (const chunk of taken) crc = crc32(chunk, crc)
      this.#extend(written, crc)
    }
    return rest
  }

  /** The next bytes are written; `crc` is theirs. */
  #extend(size: number, crc: number): void {
    this.#crc = combineCrc32(this.#crc, crc, size)
    this.offset += size
    this.changedAtMs = Date.now()
    if (this.#isHashed) this.hash.advance(this.mark)
  }

  async #followWritten(): Promise<void> {
    this.#sidecar.syncInBackground()
    if (this.#isHashed) await this.hash.keepUp(this.mark)
  }

  get description(): DescribedPart['description'] {
    return { ...this.facts, len: this.#len, ep: this.ep, isCopy: this.isCopy }
  }
}
