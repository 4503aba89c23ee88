import { type BinlogRecord, isSourceOp } from './binlog.ts'

/** Which part of the log a peer gets. */
export interface SyncScope {
  /** This storage sends the peer the group's history. */
  readonly needSyncOld: boolean
  readonly syncOldDone: boolean
  /** Unix seconds: the history ends here. */
  readonly untilTimestamp: number
}

/**
 * What happened here first always goes out. What was received goes out only as history, and then without appends,
 * modifies and truncates: the whole file went with its `c`.
 */
export function isWanted(record: BinlogRecord, scope: SyncScope): boolean {
  if (isSourceOp(record.op)) return true
  const isHistory = scope.needSyncOld && !scope.syncOldDone && record.timestamp <= scope.untilTimestamp
  return isHistory && 'cdulr'.includes(record.op)
}

/** A peer whose history another member sends: this one starts at the first record of `until` or later. */
export function isBeforeOwnPart(record: BinlogRecord, scope: SyncScope): boolean {
  return !scope.needSyncOld && record.timestamp < scope.untilTimestamp
}

/** One record on its way to a peer. `P` is the place in the log behind it. */
export interface Slot<P> {
  readonly record: BinlogRecord
  readonly end: P
  /** The most bytes of content that a new file may have to go together with others; null: it goes alone. */
  readonly lotBytes: number | null
}

/** How far everything without a gap has arrived. */
export interface Front<P> {
  readonly end: P
  /** Source time of the last record before the gap. */
  readonly timestamp: number
}

/**
 * The records that are read and not yet all delivered, in the order of the log. Several may be under way at once, but
 * never two that name the same file (a file and its metadata count as one): each file gets its changes in order.
 */
export interface SyncWindow<P> {
  readonly isFull: boolean
  readonly isEmpty: boolean
  add(record: BinlogRecord, end: P, lotBytes: number | null): void
  /** The line before this place needs no sending: the mark may move past it with what stands before it. */
  pass(end: P): void
  /** The records that may be sent now, all at once if need be, the oldest first. */
  free(): Array<Slot<P>>
  /** The oldest of all that are not delivered, if it may be sent now. */
  first(): Slot<P> | null
  /** It is under way from now on. */
  start(slot: Slot<P>): void
  delivered(slot: Slot<P>): void
  /** It goes back to its place and may be sent again, alone. */
  failed(slot: Slot<P>): void
  /** Null until something has been delivered or passed without a gap. */
  readonly front: Front<P> | null
}

type State = 'waiting' | 'running' | 'done'

interface Entry<P> extends Slot<P> {
  end: P
  lotBytes: number | null
  readonly keys: readonly string[]
  /** So many of its files have a change before it. */
  behind: number
  state: State
}

export function createSyncWindow<P>(capacity: number): SyncWindow<P> {
  const entries: Array<Entry<P>> = []
  const queues = new Map<string, Array<Entry<P>>>()
  let front: Front<P> | null = null
  let timestamp = 0

  const isFree = ({ state, behind }: Entry<P>) => state === 'waiting' && behind === 0
  const entryOf = (slot: Slot<P>) => entries.find((candidate) => candidate === slot)
  const advance = () => {
    while (entries[0]?.state === 'done') {
      const [entry] = entries.splice(0, 1)
      if (entry === undefined) return
      timestamp = Math.max(timestamp, entry.record.timestamp)
      front = { end: entry.end, timestamp }
    }
  }
  return {
    get isFull() {
      return entries.length >= capacity
    },
    get isEmpty() {
      return entries.length === 0
    },
    get front() {
      return front
    },
    add(record, end, lotBytes) {
      const entry: Entry<P> = { record, end, lotBytes, keys: keysOf(record), behind: 0, state: 'waiting' }
      entries.push(entry)
      for (const key of entry.keys) {
        const queue = queues.get(key)
        if (queue === undefined) queues.set(key, [entry])
        else {
          queue.push(entry)
          entry.behind += 1
        }
      }
    },
    pass(end) {
      const last = entries.at(-1)
      if (last === undefined) front = { end, timestamp }
      else last.end = end
    },
    free: () => entries.filter(isFree),
    first() {
      const [entry] = entries
      return entry !== undefined && isFree(entry) ? entry : null
    },
    start(slot) {
      const entry = entryOf(slot)
      if (entry !== undefined) entry.state = 'running'
    },
    delivered(slot) {
      const entry = entryOf(slot)
      if (entry === undefined) return
      entry.state = 'done'
      for (const key of entry.keys) dropFrom(queues, key)
      advance()
    },
    failed(slot) {
      const entry = entryOf(slot)
      if (entry === undefined) return
      entry.state = 'waiting'
      entry.lotBytes = null
    },
  }
}

/** The first of a file is over: the next one is not behind it any more. */
function dropFrom<P>(queues: Map<string, Array<Entry<P>>>, key: string): void {
  const queue = queues.get(key)
  queue?.shift()
  const next = queue?.[0]
  if (next === undefined) queues.delete(key)
  else next.behind -= 1
}

/** Ends the name of the file with another's metadata. */
export const METADATA_SUFFIX = '-m'

/** The files that a record names. A link record's target is one of them, and the old name of a rename. */
function keysOf({ op, name, extra }: BinlogRecord): readonly string[] {
  const key = name.endsWith(METADATA_SUFFIX) ? name.slice(0, -METADATA_SUFFIX.length) : name
  return 'LlRr'.includes(op) && extra !== '' && extra !== key ? [key, extra] : [key]
}
