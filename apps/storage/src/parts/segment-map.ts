import { combineCrc32 } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'

/** Bytes behind an upload's prefix within which its segments lie: so many are sent again at most when only the prefix is left. */
export const SEGMENTS_AHEAD_MAX = 16 * 1024 * 1024
/** Segments of one upload that are there at once. */
const SEGMENTS_MAX = 16

/** Of an upload, the bytes from `off` to `off + len`, of which the first `stored` are there. */
export interface Segment {
  readonly off: number
  readonly len: number
  readonly stored: number
}

interface OpenSegment extends Segment {
  stored: number
  /** Of the bytes that are stored and not in the prefix yet. */
  crc32: number
}

/**
 * What is known of the segments of one upload: in their order, without overlaps. None of them is behind the prefix; the first one may have
 * begun before it, and then the prefix ends with what is stored of it.
 */
export class SegmentMap {
  readonly #segments: OpenSegment[] = []

  /** End of the last byte that is stored; 0 when there is none. */
  get reach(): number {
    const last = this.#segments.findLast(({ stored }) => stored > 0)
    return last === undefined ? 0 : last.off + last.stored
  }

  find(off: number): Segment | null {
    return this.#segments.find((segment) => segment.off === off) ?? null
  }

  /** Makes a segment, or finds it. Throws what `SegmentStore.open` says. */
  open(off: number, len: number, upload: { prefix: number; len: number }): Segment {
    const known = this.find(off)
    if (known !== null && known.len !== len) {
      throw new UploadError('length_mismatch', `the segment at ${off} was created with ${known.len} bytes`)
    }
    if (known !== null) return known
    this.#check(off, len, upload)
    const segment = { off, len, stored: 0, crc32: 0 }
    const index = this.#segments.findIndex((other) => other.off > off)
    this.#segments.splice(index < 0 ? this.#segments.length : index, 0, segment)
    return segment
  }

  #check(off: number, len: number, upload: { prefix: number; len: number }): void {
    const end = off + len
    if (end > upload.len) throw new UploadError('length_mismatch', `the content ends at ${upload.len}, before ${end}`)
    if (off < upload.prefix) throw new UploadError('offset_conflict', `the prefix ends at ${upload.prefix} already`)
    if (end > upload.prefix + SEGMENTS_AHEAD_MAX) {
      throw new UploadError('offset_conflict', `a segment ends ${SEGMENTS_AHEAD_MAX} bytes behind the prefix at most`)
    }
    if (this.#segments.some((other) => other.off < end && off < other.off + other.len)) {
      throw new UploadError('offset_conflict', `the segment from ${off} to ${end} overlaps another one`)
    }
    if (this.#segments.length >= SEGMENTS_MAX) {
      throw new UploadError('locked', `${SEGMENTS_MAX} segments are open: try again when some of them are complete`)
    }
  }

  /** More bytes of a segment that is there are stored, and nothing can take them back. */
  add(off: number, size: number, crc32: number): void {
    const segment = this.#segments.find((other) => other.off === off)
    if (segment === undefined || segment.stored + size > segment.len) throw new Error(`no room at ${off} for ${size}`)
    segment.stored += size
    segment.crc32 = combineCrc32(segment.crc32, crc32, size)
  }

  /** The next bytes that follow the prefix without a gap, which it takes over; null when there are none. */
  take(prefix: number): { size: number; crc32: number } | null {
    const [first] = this.#segments
    if (first === undefined || first.off > prefix) return null
    const { crc32 } = first
    const size = first.off + first.stored - prefix
    first.crc32 = 0
    if (first.stored === first.len) this.#segments.shift()
    return size > 0 ? { size, crc32 } : null
  }

  remove(off: number): void {
    const index = this.#segments.findIndex((segment) => segment.off === off)
    if (index >= 0) this.#segments.splice(index, 1)
  }

  clear(): void {
    this.#segments.length = 0
  }
}
