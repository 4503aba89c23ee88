import { ProtocolError, type TrunkSlot } from '@cairn/dfs-core'

/** One line of the trunk binlog: A = the block is free from now on, D = it is not any more. */
export interface TrunkRecord {
  /** Unix seconds. */
  readonly timestamp: number
  readonly op: 'A' | 'D'
  readonly slot: TrunkSlot
}

/** A line that is none of the trunk binlog. */
export class TrunkLineError extends ProtocolError {}

const SLOT = '(\\d{1,3}) (\\d{1,3}) (\\d{1,3}) (\\d{1,10}) (\\d{1,10}) (\\d{1,10})'
const RECORD = new RegExp(`^(\\d{1,19}) ([AD]) ${SLOT}$`)
/** A line of a snapshot written before FastDFS 5.01. */
const OLD_RECORD = new RegExp(`^${SLOT}$`)
/** Block ends are signed 32-bit numbers to FastDFS. */
const END_MAX = 2 ** 31 - 1

/** `<unix seconds> A|D <store path> <high> <low> <trunk file> <offset> <size>` and a newline. */
export function formatTrunkRecord({ timestamp, op, slot }: TrunkRecord): string {
  const { storePathIndex, high, low, trunkFileId, offset, size } = slot
  return `${timestamp} ${op} ${storePathIndex} ${high} ${low} ${trunkFileId} ${offset} ${size}\n`
}

/** Reads a line without its newline. TrunkLineError for anything that FastDFS does not write. */
export function parseTrunkLine(line: string): TrunkRecord {
  const match = RECORD.exec(line)
  if (match === null)
    throw new TrunkLineError(`not a record of the trunk binlog: ${JSON.stringify(line.slice(0, 100))}`)
  const [, timestamp = '', op, ...columns] = match
  return { timestamp: Number(timestamp), op: op === 'A' ? 'A' : 'D', slot: slotOf(columns, line) }
}

/** A line of a snapshot: as in the binlog, or (before FastDFS 5.01) the block alone. */
export function parseSnapshotLine(line: string): TrunkSlot {
  const old = OLD_RECORD.exec(line)
  if (old !== null) return slotOf(old.slice(1), line)
  const { op, slot } = parseTrunkLine(line)
  if (op !== 'A') throw new TrunkLineError(`a snapshot holds free blocks only: ${JSON.stringify(line)}`)
  return slot
}

function slotOf(columns: readonly string[], line: string): TrunkSlot {
  const [storePathIndex = 0, high = 0, low = 0, trunkFileId = 0, offset = 0, size = 0] = columns.map(Number)
  const isByte = [storePathIndex, high, low].every((value) => value <= 0xff)
  if (!isByte || size === 0 || offset + size > END_MAX || trunkFileId > END_MAX) {
    throw new TrunkLineError(`an impossible block: ${JSON.stringify(line)}`)
  }
  return { storePathIndex, high, low, trunkFileId, offset, size }
}

/** What a log says is free at its end. */
export interface Replay {
  add(slot: TrunkSlot): void
  apply(record: TrunkRecord): void
  /** The block that was logged last comes first: where two overlap, it is the one to believe. */
  newestFirst(): TrunkSlot[]
  /** Records that do not fit what stood before them. */
  readonly oddities: number
}

export function createReplay(): Replay {
  const blocks = new Map<string, TrunkSlot>()
  let oddities = 0
  const add = (slot: TrunkSlot) => {
    const at = startOf(slot)
    if (blocks.delete(at)) oddities += 1
    blocks.set(at, slot)
  }
  return {
    add,
    apply({ op, slot }) {
      if (op === 'A') {
        add(slot)
        return
      }
      // Of another size: a line is missing in between. What is taken for used is lost at most; what is taken for free
      // could be overwritten.
      const at = startOf(slot)
      if (blocks.get(at)?.size !== slot.size) oddities += 1
      blocks.delete(at)
    },
    newestFirst: () => [...blocks.values()].reverse(),
    get oddities() {
      return oddities
    },
  }
}

function startOf({ storePathIndex, trunkFileId, offset }: TrunkSlot): string {
  return `${storePathIndex}/${trunkFileId}/${offset}`
}
