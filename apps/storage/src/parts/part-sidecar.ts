import { isErrno } from '../disk/atomic-file.ts'
import { type GroupSync, synced } from '../disk/group-sync.ts'
import type { StorePath } from '../disk/store-path.ts'
import { type PartPaths, type PartRecord, writePartRecord } from './part-files.ts'

/** So many bytes at most are written without being synced (unless nothing is to survive a power loss). */
const UNSYNCED_MAX = 64 * 1024 * 1024

export interface SidecarContext {
  /** null: nothing is synced, a power loss costs unfinished uploads. */
  sync: GroupSync | null
  bootId: string
}

type Description = Omit<PartRecord, 'v' | 'offsetDurable' | 'prefix' | 'bootId'>

/** What may become of a part. */
export type PartChange = Partial<Pick<Description, 'ep' | 'isCopy' | 'len'>>

/** The part that a sidecar describes. */
export interface DescribedPart {
  readonly storePath: StorePath
  readonly paths: PartPaths
  readonly offset: number
  /** Bytes that no request can take back any more. */
  readonly settled: number
  readonly description: Description
  /** Called when the sidecar says so. */
  become(change: PartChange): void
}

/**
 * What of a part survives what. Bytes before `safe` survive all that the store promises: the end of the process by the file's size, or,
 * where the file has gaps, by what is written here; and a power loss, if the store syncs.
 */
export class PartSidecar {
  readonly #context: SidecarContext
  readonly #part: DescribedPart
  /** Bytes that were synced, and how many of them the sidecar tells. */
  #synced: number
  #durable: number
  /** Of a part with gaps: the offset that the sidecar tells. */
  #written = 0
  #sparse: Promise<void> | null = null
  #saving: Promise<void> = Promise.resolve()
  #backgroundSync: Promise<void> | null = null
  #syncError: unknown
  #isRetired = false

  constructor(context: SidecarContext, part: DescribedPart, durable: number) {
    this.#context = context
    this.#part = part
    this.#synced = durable
    this.#durable = durable
  }

  get safe(): number {
    if (this.#context.sync !== null) return this.#durable
    return this.#sparse === null ? this.#part.offset : this.#written
  }

  /** The file may have gaps, or bytes that may be taken back, and its size says nothing. */
  get isSparse(): boolean {
    return this.#sparse !== null
  }

  /** When it resolves, bytes may be written behind a gap, and such as may be taken back. */
  becomeSparse(): Promise<void> {
    if (this.#sparse === null) {
      this.#written = this.#part.offset
      this.#sparse = this.#beginSparse().catch((error) => {
        this.#sparse = null
        throw error
      })
    }
    return this.#sparse
  }

  async #beginSparse(): Promise<void> {
    await this.sync()
    await this.save()
  }

  /** The file ends at the offset again, and all bytes before it are safe. */
  async becomeDense(): Promise<void> {
    const sparse = this.#sparse
    this.#sparse = null
    try {
      await this.#backgroundSync
      this.check()
      await this.#syncTo(this.#part.offset)
    } catch (error) {
      this.#sparse = sparse
      throw error
    }
  }

  /** When it resolves, all bytes before the offset are safe. */
  async sync(): Promise<void> {
    await this.#backgroundSync
    this.check()
    const at = this.#part.offset
    if (this.safe < at) await this.#syncTo(at)
  }

  /** The bytes alone. Once it has failed it always does: a later sync that seems to work says nothing of what the first one lost. */
  async syncBytes(): Promise<void> {
    const { sync } = this.#context
    if (sync === null || this.#isRetired) return
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error) => (error === undefined || this.#isRetired ? resolve() : reject(error))
      sync.add({ lane: this.#part.storePath.lane, file: this.#part.paths.part }, done)
    }).catch((error) => {
      // Without a free descriptor nothing was tried.
      if (!isErrno(error.cause, 'EMFILE', 'ENFILE')) this.#syncError ??= error
      throw error
    })
    this.check()
  }

  /** Throws when bytes could not be synced. */
  check(): void {
    if (this.#syncError !== undefined) throw this.#syncError
  }

  syncInBackground(): void {
    const at = this.#part.offset
    const { sync } = this.#context
    if (sync === null || this.#backgroundSync !== null || at - this.#synced < UNSYNCED_MAX) return
    this.#backgroundSync = this.#syncTo(at)
      // Bytes that were not synced are remembered; a sidecar that has no room is written with the next sync.
      .catch(() => undefined)
      .finally(() => {
        this.#backgroundSync = null
      })
  }

  /** Bytes behind `offset` are gone. */
  async cut(offset: number): Promise<void> {
    await this.#backgroundSync
    this.#synced = Math.min(this.#synced, offset)
    if (this.#durable > offset) await this.save()
  }

  /**
   * Writes the sidecar; calls follow each other. With a change the part is another one as soon as that is written, and stays what it was when
   * it cannot be: nobody may be told of an epoch that a restart would take back. Nothing leads back to a lower one.
   */
  save(change: PartChange = {}): Promise<void> {
    const write = async () => {
      if (this.#isRetired || (change.ep ?? Number.POSITIVE_INFINITY) < this.#part.description.ep) return
      const { settled, paths, storePath } = this.#part
      const durable = Math.min(this.#synced, settled)
      const { sync } = this.#context
      const record = { ...this.#record(settled, durable), ...change }
      await storePath.lane.run(() => writePartRecord(paths, record, sync !== null))
      // Without its folder a power loss would bring the last record back.
      if (sync !== null) await synced(sync, { lane: storePath.lane, folder: paths.folder })
      this.#written = settled
      this.#durable = durable
      this.#part.become(change)
    }
    this.#saving = this.#saving.then(write, write)
    return this.#saving
  }

  /** Nothing is written when it has resolved, also if the last record could not be. */
  async retire(): Promise<void> {
    this.#isRetired = true
    await this.#backgroundSync
    await Promise.allSettled([this.#saving])
  }

  /** Several may be under way, and end in any order. */
  async #syncTo(at: number): Promise<void> {
    if (this.#context.sync !== null && this.#synced < at) {
      await this.syncBytes()
      this.#synced = Math.max(this.#synced, at)
    }
    await this.save()
  }

  #record(prefix: number, offsetDurable: number): PartRecord {
    const { bootId } = this.#context
    const written = { ...this.#part.description, offsetDurable, bootId }
    return this.isSparse ? { v: 3, ...written, prefix } : { v: 2, ...written }
  }
}
