import { SegmentPlan } from './segment-plan.ts'

/** Where less is missing, segments are not worth the questions that they cost. */
const MISSING_BYTES_MIN = 16 * 1024 * 1024
/** A line that brings this over one connection is no long one, and one stream costs less processor time. */
const FAST_BYTES_PER_SECOND = 12_000_000
/** One of several lanes that brings so much shows that it was not the line that was slow before. */
const FAST_LANE_BYTES_PER_SECOND = 2 * FAST_BYTES_PER_SECOND
/** Browsers open six connections to a host over HTTP/1.1. One is left for what a page shows. */
const CONNECTIONS = 5
const LANES_MAX = 3
const BREAKS_MAX = 2
/** So many requests of one stream come through before segments are tried again. */
const CHUNKS_BEFORE_LANES = 4

/** How many connections one of `large` files that go to a storage at the same time may have, beside `small` ones. */
export function lanesFor({ large, small }: { large: number; small: number }): number {
  return Math.max(1, Math.min(LANES_MAX, Math.floor((CONNECTIONS - small) / Math.max(1, large))))
}

type Chunk = {
  uploadUrl: string
  length: number
  /** What the storage has now. */
  offset: number
  /** What the request brought, and how long it took. */
  bytes: number
  ms: number
  /** So far ahead the storage takes segments; 0: it takes none. */
  ahead: number
  lanes: number
}

/**
 * How one upload goes on: as one stream, or as segments side by side. Segments are known to this page alone, and to one
 * storage: a later page, and another storage, know only what is there without a gap.
 */
export class UploadWay {
  #segments: { uploadUrl: string; plan: SegmentPlan } | null = null
  #breaks = 0
  #brokeAt = -1
  #chunksToGo = 0

  /** The segments that are under way at this address, for a run that begins; null: it is one stream. */
  begin(uploadUrl: string): SegmentPlan | null {
    if (this.#segments?.uploadUrl !== uploadUrl) this.#segments = null
    if (this.#segments === null) return null
    // A person may stop a run and start the next one before its requests have ended.
    this.#segments.plan = this.#segments.plan.forNextRun()
    return this.#segments.plan
  }

  /** A request of one stream came through. Whether segments go on from here. */
  chunkArrived({ uploadUrl, length, offset, bytes, ms, ahead, lanes }: Chunk): boolean {
    this.#chunksToGo = Math.max(0, this.#chunksToGo - 1)
    const isFast = bytes * 1000 >= FAST_BYTES_PER_SECOND * ms
    const isLong = length - offset >= MISSING_BYTES_MIN
    if (this.#chunksToGo > 0 || isFast || !isLong || lanes < 2 || ahead <= 0) return false
    this.#segments = { uploadUrl, plan: new SegmentPlan({ length, prefix: offset, ahead }) }
    return true
  }

  /** Whether a segment came so fast that what is begun is all that goes as segments. */
  segmentWasFast(bytes: number, ms: number): boolean {
    return bytes * 1000 >= FAST_LANE_BYTES_PER_SECOND * ms
  }

  /** After two breaks at one place it is one stream for a while: that moves on by less than a segment. */
  segmentsBroke(): void {
    const prefix = this.#segments?.plan.prefix ?? 0
    this.#breaks = prefix > this.#brokeAt ? 1 : this.#breaks + 1
    this.#brokeAt = prefix
    if (this.#breaks < BREAKS_MAX) return
    this.oneStream()
    this.#breaks = 0
    this.#chunksToGo = CHUNKS_BEFORE_LANES
  }

  /** What is ahead of the prefix does not count any more. */
  oneStream(): void {
    this.#segments = null
  }
}
