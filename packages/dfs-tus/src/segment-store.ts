import type { Readable } from 'node:stream'
import type { PartState, WriteOptions } from './part-store.ts'

/** A piece of an upload that is sent before what lies in front of it: the upload, and where the piece begins. */
export interface SegmentName {
  upl: string
  off: number
}

export interface SegmentStatus extends SegmentName {
  len: number
  /** Bytes stored from its own beginning on. */
  offset: number
  /** Bytes of the upload that are stored without a gap from 0, and are as safe as the store promises. */
  prefix: number
  /** Of the upload. */
  state: PartState
}

/**
 * Segments of uploads that a `PartStore` keeps, written in place. What follows an upload's prefix without a gap becomes part of it at once;
 * what lies ahead is known to this process alone.
 *
 * The caller holds the segment (see `SegmentSlots`) around `open`, `status`, `write` and `remove`, and the upload's slot around `forget`.
 */
export interface SegmentStore {
  /**
   * Makes a segment, or finds it. `not_found` and `gone` are said of the upload; `forbidden` of one that takes none; `length_mismatch` when
   * it would end behind the content or is known with another length; `offset_conflict` when it overlaps another one, begins before the
   * prefix or ends too far behind it; `locked` when too many are open. One that the prefix has passed is complete.
   */
  open(name: SegmentName, len: number): Promise<SegmentStatus>

  /** `not_found` when there is none, `gone` when the prefix has passed it. */
  status(name: SegmentName): Promise<SegmentStatus>

  /** As `PartStore.write`; `offset` counts from the segment's own beginning. */
  write(name: SegmentName, offset: number, body: Readable, options: SegmentWriteOptions): Promise<SegmentStatus>

  /** Forgets what lies ahead of a segment. */
  remove(name: SegmentName): Promise<void>

  /** What `SegmentStatus` says of an upload's prefix. */
  prefix(upl: string): Promise<number>

  /** The upload itself is asked for: what lies ahead is forgotten, and its offset is as safe as the store promises. */
  forget(upl: string): Promise<void>
}

export type SegmentWriteOptions = Omit<WriteOptions, 'len'>
