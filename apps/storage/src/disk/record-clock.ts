/** A name that is held longer no longer holds back the times of the log: somebody forgot to release it. */
export const HOLD_SECONDS_MAX = 60

/**
 * The times of a storage's names and records (D28): while a name waits for its record, no record gets a later time than
 * the name. Names may be drawn by other threads too.
 */
export interface RecordClock {
  /** Unix seconds: not before any record so far. */
  now(): number
  /** `now` for a new name, which waits for its record from here on (see `keep`). */
  draw(): number
  /** The oldest name that waits in this thread has this time; +∞: there is none. */
  keep(oldest: number): void
  /** For the next record: not before the last one, and not after `heldHere`, a name that waits in this thread. */
  next(heldHere: number): number
  /** A record has this time, whatever the clock says. */
  raise(timestamp: number): void
  /** The oldest name that waits in another thread; +∞ when there is none. */
  heldElsewhere(): number
  /** A name that another thread drew waits for its record. */
  isHeldElsewhere(name: string): boolean
}

/** All names are drawn in this thread. `last`: the time of the newest record. */
export function createRecordClock(last: number, now: () => number): RecordClock {
  let newest = last
  return {
    now: () => Math.max(newest, now()),
    draw: () => Math.max(newest, now()),
    keep: () => undefined,
    next(heldHere) {
      newest = Math.max(newest, Math.min(now(), heldHere))
      return newest
    },
    raise(timestamp) {
      newest = Math.max(newest, timestamp)
    },
    heldElsewhere: () => Number.POSITIVE_INFINITY,
    isHeldElsewhere: () => false,
  }
}
