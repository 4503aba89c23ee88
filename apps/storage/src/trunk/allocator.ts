import { Status, type TrunkSlot } from '@cairn/dfs-core'
import type { TrunkParameters } from '@cairn/dfs-core/conf'
import { commonLane } from '@cairn/dfs-core/disk'
import { removeIfAny } from '../disk/atomic-file.ts'
import { existsByPace } from '../disk/by-pace.ts'
import { createFileLocks, whileLocked } from '../disk/file-locks.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { InitFlagFile } from '../disk/init-flag.ts'
import { StoreError } from '../disk/store-error.ts'
import type { StorePath } from '../disk/store-path.ts'
import { hashDirectory } from '../engine/allocate.ts'
import { compressLog } from './compression.ts'
import { FreeBlocks } from './free-blocks.ts'
import { isSlotUnoccupied, makeTrunkFile, trunkFilePath } from './slot-file.ts'
import { freeLines, loadSnapshot, saveSnapshot, type TrunkSnapshot } from './snapshot.ts'
import { createReplay, formatTrunkRecord, TrunkLineError } from './trunk-line.ts'
import type { TrunkLog } from './trunk-log.ts'

const FILE_ID_KEY = 'current_trunk_file_id'
/**
 * A slot that was given back is not used again for so long. Meanwhile the deletion reaches the other members, and a
 * second deletion of the same file, asked of another member, is still known to be one.
 */
const REST_MS = 10_000
const MIB = 1024 * 1024

export interface AllocatorOptions {
  readonly basePath: string
  /** As they are now: they may change while it works. */
  parameters(): TrunkParameters
  /** Directories on each of the two levels of a store path. */
  readonly subdirCount: number
  readonly store: FileStore
  readonly initFlag: InitFlagFile
  readonly log: TrunkLog
  /** The newest trunk file that trackers know of. */
  readonly trunkFileId: number
  readonly now: () => number
  readonly report: (message: string, details: object) => void
  /** Throws when no slots may be handed out now. */
  checkRole(): void
}

/**
 * The trunk server's work: hands out slots of the trunk files of the whole group. What is handed out is held until the
 * writer confirms it; held slots are free again when the trunk server starts anew, as in FastDFS, and slots that are
 * occupied on this disk are never handed out, whatever the log says.
 */
export class TrunkAllocator {
  readonly #options: AllocatorOptions
  readonly #blocks = new FreeBlocks()
  #resting: Array<{ readonly slot: TrunkSlot; readonly until: number }> = []
  #trunkFileId: number
  /** On a slow disk all who wait would each make a trunk file. */
  readonly #turns = createFileLocks()

  /** Reads snapshot and log. Throws TrunkLineError when they cannot be read. */
  constructor(options: AllocatorOptions) {
    this.#options = options
    this.#load()
    const saved = Number(options.initFlag.flag.others.get(FILE_ID_KEY) ?? '0')
    const known = [...this.#blocks.slots()].map(({ slot }) => slot.trunkFileId)
    this.#trunkFileId = known.reduce((a, b) => Math.max(a, b), Math.max(saved, options.trunkFileId))
  }

  get trunkFileId(): number {
    return this.#trunkFileId
  }

  get freeMb(): number {
    return Math.floor(this.#blocks.bytes / MIB)
  }

  /** A slot of at least `size` bytes, header included; one after the other for each store path. Rejects with EINVAL, ENOSPC. */
  async allocate(storePathIndex: number, size: number): Promise<TrunkSlot> {
    const { checkRole, store } = this.#options
    const parameters = this.#options.parameters()
    const storePath = store.storePaths[storePathIndex]
    if (storePath === undefined) throw new StoreError(Status.EINVAL, `there is no store path ${storePathIndex}`)
    if (size > parameters.slotMaxSize) throw new StoreError(Status.EINVAL, `a slot of ${size} bytes is too large`)
    checkRole()
    const wanted = slotSize(size, parameters)
    return await whileLocked(this.#turns, String(storePathIndex), async () => {
      this.#wakeRested()
      const whole = (await this.#unoccupied(storePath, wanted)) ?? (await this.#newTrunkFile(storePath))
      this.#checkRole(whole)
      const { part, rest } = this.#blocks.divide(whole, wanted, parameters.slotMinSize)
      this.#record(['D', whole], ...(rest === null ? [] : [['A', rest] as const]), ['A', part])
      return part
    })
  }

  /** The writer's report: 0 (written) and EEXIST (another file lies there) take the slot out. Throws ENOENT. */
  confirm(slot: TrunkSlot, status: number): void {
    if (this.#blocks.stateOf(slot) !== 'held')
      throw new StoreError(Status.ENOENT, `${slotText(slot)} was not handed out`)
    if (status !== Status.OK && status !== Status.EEXIST) {
      this.#blocks.set(slot, 'free')
      return
    }
    this.#blocks.remove(slot)
    this.#record(['D', slot])
  }

  /** A file was deleted. Throws EEXIST when (part of) the slot is free already. */
  free(slot: TrunkSlot): void {
    if (slot.size < this.#options.parameters().slotMinSize) return
    if (!this.#blocks.add(slot, 'resting')) throw new StoreError(Status.EEXIST, `${slotText(slot)} is free already`)
    this.#rest(slot)
    this.#record(['A', slot])
  }

  /** Makes one more trunk file when less than the threshold is free. True when it did. */
  async createAhead(): Promise<boolean> {
    const { store } = this.#options
    const parameters = this.#options.parameters()
    if (this.#blocks.bytes >= parameters.createFileSpaceThreshold) return false
    this.#blocks.set(await this.#newTrunkFile(store.chooseStorePath(parameters.fileSize)), 'free')
    return true
  }

  /** Writes the free blocks in the place of the log, joined with their neighbours if the parameters say so. */
  compress(): void {
    const { basePath, initFlag, log, now } = this.#options
    const parameters = this.#options.parameters()
    if (parameters.freeSpaceMerge) {
      this.#blocks.merge()
      if (parameters.deleteUnusedFiles) this.#removeUnusedFiles()
    }
    const timestamp = now()
    compressLog({ basePath, initFlag, log, lines: freeLines(this.#slots(), timestamp), now: timestamp })
  }

  /** So that the next start reads one file, not the whole log. */
  saveSnapshot(): void {
    const { basePath, log, now } = this.#options
    saveSnapshot(basePath, { offset: log.size, slots: [...this.#slots()] }, now())
  }

  #load(): void {
    const { log, report } = this.#options
    const replay = createReplay()
    const snapshot = this.#options.parameters().initReloadFromBinlog ? null : this.#readSnapshot()
    for (const slot of snapshot?.slots ?? []) replay.add(slot)
    // A log that is shorter than the snapshot has lost its end; the snapshot knows better.
    for (const record of log.records(snapshot?.offset ?? 0)) replay.apply(record)
    const overlapping = replay.newestFirst().filter((slot) => !this.#blocks.add(slot))
    if (snapshot !== null && snapshot.offset > log.size) this.saveSnapshot()
    if (overlapping.length > 0 || replay.oddities > 0) {
      report('the trunk binlog does not fit together; what is uncertain counts as used', {
        oddities: replay.oddities,
        overlapping: overlapping.length,
      })
    }
  }

  /** The log holds everything that the snapshot does: without it, reading only takes longer. */
  #readSnapshot(): TrunkSnapshot | null {
    try {
      return loadSnapshot(this.#options.basePath)
    } catch (error) {
      if (!(error instanceof TrunkLineError)) throw error
      this.#options.report('the snapshot of the free blocks cannot be read; the whole trunk binlog is', { err: error })
      return null
    }
  }

  /** The smallest free block whose beginning is unoccupied on this disk; the others rest. Nobody else gets it meanwhile. */
  async #unoccupied(storePath: StorePath, size: number): Promise<TrunkSlot | null> {
    for (;;) {
      const slot = this.#blocks.smallest(storePath.index, size)
      if (slot === null) return null
      this.#blocks.set(slot, 'resting')
      if (await this.#isUnoccupied(storePath, slot)) return slot
      this.#options.report('a slot that the trunk binlog says is free holds a file', { slot })
      this.#rest(slot)
    }
  }

  async #isUnoccupied(storePath: StorePath, slot: TrunkSlot): Promise<boolean> {
    try {
      return await isSlotUnoccupied(storePath.lane, trunkFilePath(storePath, slot), slot.offset)
    } catch (error) {
      this.#blocks.set(slot, 'free')
      throw error
    }
  }

  /** A trunk file that is one block, which nobody else gets yet. The number is on disk before the file is: no number is given to two files. */
  async #newTrunkFile(storePath: StorePath): Promise<TrunkSlot> {
    const { checkRole, initFlag, store, subdirCount } = this.#options
    const { lane } = storePath
    const parameters = this.#options.parameters()
    // Throws ENOSPC when the path could not keep its reserve.
    store.storePathFor(storePath.index, parameters.fileSize)
    let slot: TrunkSlot
    do {
      this.#trunkFileId += 1
      slot = wholeFile(storePath.index, this.#trunkFileId, { size: parameters.fileSize, subdirs: subdirCount })
    } while (await existsByPace(lane, trunkFilePath(storePath, slot)))
    const { others } = initFlag.flag
    initFlag.save({ others: new Map(others).set(FILE_ID_KEY, String(this.#trunkFileId)) })
    await makeTrunkFile(lane, trunkFilePath(storePath, slot), slot.size)
    checkRole()
    this.#blocks.add(slot, 'resting')
    this.#record(['A', slot])
    return slot
  }

  /** The role may have ended, or be in doubt, while a disk was waited for. */
  #checkRole(slot: TrunkSlot): void {
    try {
      this.#options.checkRole()
    } catch (error) {
      this.#blocks.set(slot, 'free')
      throw error
    }
  }

  /**
   * A trunk file that is free from end to end goes. The other members keep theirs, as in FastDFS. Without waiting: between the
   * look and the end of the file nothing may be written there.
   */
  #removeUnusedFiles(): void {
    const { store } = this.#options
    const parameters = this.#options.parameters()
    for (const { slot, state } of [...this.#blocks.slots()]) {
      if (state !== 'free' || slot.offset !== 0 || slot.size !== parameters.fileSize) continue
      const storePath = store.storePaths[slot.storePathIndex]
      if (storePath === undefined) continue
      const path = trunkFilePath(storePath, slot)
      if (isSlotUnoccupied(commonLane, path, slot.offset) !== true) continue
      this.#blocks.remove(slot)
      removeIfAny(path)
    }
  }

  #rest(slot: TrunkSlot): void {
    this.#resting.push({ slot, until: Date.now() + REST_MS })
  }

  #wakeRested(): void {
    const now = Date.now()
    while (this.#resting[0] !== undefined && this.#resting[0].until <= now) {
      const slot = this.#resting.shift()?.slot
      if (slot !== undefined && this.#blocks.stateOf(slot) === 'resting') this.#blocks.set(slot, 'free')
    }
  }

  *#slots(): Generator<TrunkSlot> {
    for (const { slot } of this.#blocks.slots()) yield slot
  }

  #record(...changes: ReadonlyArray<readonly ['A' | 'D', TrunkSlot]>): void {
    const timestamp = this.#options.now()
    this.#options.log.append(changes.map(([op, slot]) => formatTrunkRecord({ timestamp, op, slot })).join(''))
  }
}

function slotSize(size: number, { slotMinSize, allocAlignmentSize }: TrunkParameters): number {
  if (size <= slotMinSize) return slotMinSize
  return allocAlignmentSize > 0 ? Math.ceil(size / allocAlignmentSize) * allocAlignmentSize : size
}

/** The directory is the one of the hashed number, as with `file_distribute_path_mode = 1`. */
function wholeFile(
  storePathIndex: number,
  trunkFileId: number,
  { size, subdirs }: { size: number; subdirs: number },
): TrunkSlot {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(trunkFileId)
  return { storePathIndex, ...hashDirectory(number.toString('base64url'), subdirs), trunkFileId, offset: 0, size }
}

function slotText({ storePathIndex, trunkFileId, offset, size }: TrunkSlot): string {
  return `the slot ${storePathIndex}/${trunkFileId} ${offset}+${size}`
}
