import type { Readable } from 'node:stream'
import type { SegmentStore } from './segment-store.ts'

/** What a client says about an upload at its creation and gets back at each HEAD, as it came; '' for what it did not say. */
export interface UploadFacts {
  /** `Upload-Metadata`. */
  metadata: string
  /** `Upload-Concat`: '', `partial`, or `final;` and a list of URLs. */
  concat: string
}

/** What is known of an upload before its first byte: names, epoch and greatest length come from the ticket. */
export interface NewPart extends UploadFacts {
  /** Name of the upload: 32 hex characters. */
  upl: string
  /** Epoch of the upload; a member refuses a lower one than it has seen. */
  ep: number
  /** Exact size of the content in bytes; null when it is told later, or follows from `joins`. */
  len: number | null
  /** What the content may have at most, and what room is made for. */
  lenMax: number
  /** Uploads that this one is joined from, in their order; empty: it is sent. */
  joins: readonly string[]
  /** File name extension of the finished file, without the dot, at most 6 characters. */
  ext: string
  /** Opaque public ids of owner and entry, kept with the finished file as metadata. */
  own: string
  ent: string
}

/**
 * `open`: bytes are missing. `complete`: all bytes are written; a file comes of it unless it is a part of another upload, or empty.
 * `linked`: the file has its final name. `acked`: the web application has said that it knows the file.
 */
export type PartState = 'open' | 'complete' | 'linked' | 'acked'

export interface PartStatus extends UploadFacts {
  upl: string
  ep: number
  /** null while it is unknown. */
  len: number | null
  /** Bytes stored without a gap from 0; `len` for a finished upload. */
  offset: number
  state: PartState
  /** Where the upload takes segments: how many bytes behind `offset` they may lie. */
  ahead?: number
  /** Time of the last change in milliseconds since 1970; expiry counts from here. */
  changedAtMs: number
}

/** Checks the bytes of one request against the digest that came with it. */
export interface BodyCheck {
  update(chunk: Uint8Array): void
  /** Called once, after the last byte. Throws `checksum_mismatch`, or what is wrong with a digest that came behind the bytes. */
  verify(): void
}

export interface WriteOptions {
  /** Aborted when a newer request wants the upload: the writer stores what it has and ends. */
  takeover: AbortSignal
  check?: BodyCheck
  /** Bytes of the body, where its sender has told them: then the body cannot turn out to be too long. */
  length?: number
  /** Length of an upload that was created without one. It is forgotten again when nothing of the call is kept. */
  len?: number
}

/**
 * Uploads in progress, each one part that grows from 0 to its declared length and then becomes a file.
 *
 * The caller holds the upload's slot (see `UploadSlots`) around `create`, `putWhole`, `status`, `write` and `remove`: a store sees at most
 * one of them at a time for one upload. All failures that a client can cause or should hear of are `UploadError`s.
 */
export interface PartStore {
  /** How long an untouched part is kept, in milliseconds. */
  readonly expiryMs: number

  /**
   * Remembers the epoch and refuses a lower one than the highest ever seen for this upload (`superseded`).
   * The only method that is called without the slot: a stale request must not even interrupt the valid writer.
   */
  fence(upl: string, ep: number): Promise<void>

  /**
   * Makes room for an upload, or finds it: a second call for the same upload and length returns what is there and truncates nothing;
   * another length is `length_mismatch`. Refuses with `disk_full` when the remaining bytes of all open parts would not fit, with `gone`
   * when the upload was ended. With `joins` the upload fills itself from those, which must be complete partial uploads of the same owner
   * (`not_found`, `bad_request`) whose lengths have the sum `lenMax` (`too_large`, `length_mismatch`).
   */
  create(part: NewPart): Promise<PartStatus>

  /** Content up to this size that comes whole with its creation is given to `putWhole`; 0: none is. */
  readonly wholeMax: number

  /** Nothing is known of the upload: it is neither open nor finished, and was not ended. */
  isUnknown(upl: string): boolean

  /**
   * Stores an unknown upload from memory; when it resolves the upload is finished. Refuses with `disk_full`, and then
   * nothing is kept.
   */
  putWhole(part: NewPart, content: Buffer): Promise<void>

  /**
   * `not_found` when nothing is known of the upload, `gone` when it was ended or has expired. To whoever asks with a higher epoch than it
   * ended at it is not known: it may be created again.
   */
  status(upl: string, ep?: number): Promise<PartStatus>

  /**
   * Stores the body from `offset` on and returns the new offset. `offset` must be the part's own, else `offset_conflict`.
   * - The body ends: all of it is stored, as durable as the store promises; at `len` the finishing has begun.
   * - The body breaks off (client gone): what has arrived is stored.
   * - `takeover` is aborted: what has arrived is stored, and `taken_over` is thrown.
   * - The body is longer than the rest of the part (`too_large`), or `check` does not match (`checksum_mismatch`; a body that broke off
   *   cannot match): nothing of this call is kept.
   * - The disk is full (`disk_full`): what was written is kept, the upload can go on later.
   */
  write(upl: string, offset: number, body: Readable, options: WriteOptions): Promise<number>

  /** Of a store whose uploads may be sent in several pieces at once. */
  readonly segments?: SegmentStore

  /** Ends an unfinished upload and frees its space; a finished one is `upload_finished`: the file is no longer the uploader's to delete. */
  remove(upl: string): Promise<void>
}
