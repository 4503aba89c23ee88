import { HEADER_SIZE, type Header, readHeader } from '../protocol/frame.ts'
import { ByteGatherer } from './byte-gatherer.ts'

/** What a `FrameInput` does with the frames it finds. */
export interface FrameConsumer {
  /** Returns how many bytes of the body `onHead` must get, or -1 when the frame is to be skipped. */
  onHeader(header: Header): number
  /** Gets the first bytes of the body, as many as wanted or more. Returns how many of them it used up. */
  onHead(head: Buffer): number
  /** Gets the bytes that follow, none of them empty. */
  onBody(chunk: Buffer): void
  onBodyEnd(): void
}

type Phase = 'header' | 'head' | 'body' | 'skip'

/**
 * The state machine from chunks cut anywhere to frames. It does one step at a time, so that its owner can stop between
 * any two. Bodies are passed on as views of the chunks; only a header or a head that was cut is put together in a copy.
 */
export class FrameInput {
  readonly #consumer: FrameConsumer
  readonly #headBytesMax: number
  readonly #gatherer = new ByteGatherer()
  #phase: Phase = 'header'
  #unread = 0
  #headNeeded = 0
  /** Head bytes that the consumer did not use: the beginning of the body. */
  #rest: Buffer | null = null

  constructor(consumer: FrameConsumer, headBytesMax: number) {
    this.#consumer = consumer
    this.#headBytesMax = headBytesMax
  }

  /** Body bytes of the current frame that the consumer has not got; heads it did not use included. */
  get unread(): number {
    return this.#unread
  }

  /** True from the first byte of a frame until its last was passed on or skipped. */
  get inFrame(): boolean {
    return this.#phase !== 'header' || this.#gatherer.active
  }

  /** True while header or head are incomplete. */
  get inHead(): boolean {
    return this.#phase === 'head' || this.#gatherer.active
  }

  get inBody(): boolean {
    return this.#phase === 'body'
  }

  /** There is something to do even without further input. */
  get hasRest(): boolean {
    return this.#rest !== null
  }

  /** Does one step with the bytes of `chunk` from `at`; returns the position behind what it took. Throws ProtocolError. */
  step(chunk: Buffer, at: number): number {
    switch (this.#phase) {
      case 'header':
        return this.#takeHeader(chunk, at)
      case 'head':
        return this.#takeHead(chunk, at)
      case 'body':
        return this.#takeBody(chunk, at)
      case 'skip':
        return this.#skip(chunk, at)
    }
  }

  #takeHeader(chunk: Buffer, at: number): number {
    if (!this.#gatherer.active) {
      if (chunk.length - at >= HEADER_SIZE) return this.#startFrame(readHeader(chunk, at), chunk, at + HEADER_SIZE)
      this.#gatherer.start(HEADER_SIZE)
    }
    const next = this.#gatherer.take(chunk, at)
    return this.#gatherer.full ? this.#startFrame(readHeader(this.#gatherer.finish(), 0), chunk, next) : next
  }

  #startFrame(header: Header, chunk: Buffer, at: number): number {
    this.#unread = header.length
    this.#headNeeded = this.#consumer.onHeader(header)
    if (this.#headNeeded < 0) {
      this.#phase = header.length > 0 ? 'skip' : 'header'
      return at
    }
    this.#phase = 'head'
    return this.#takeHead(chunk, at)
  }

  #takeHead(chunk: Buffer, at: number): number {
    if (!this.#gatherer.active) {
      const available = Math.min(chunk.length - at, this.#unread, Math.max(this.#headNeeded, this.#headBytesMax))
      if (available >= this.#headNeeded) {
        this.#finishHead(chunk.subarray(at, at + available))
        return at + available
      }
      if (available === 0) return at
      this.#gatherer.start(this.#headNeeded)
    }
    const next = this.#gatherer.take(chunk, at)
    if (this.#gatherer.full) this.#finishHead(this.#gatherer.finish())
    return next
  }

  #finishHead(head: Buffer): void {
    this.#unread -= head.length
    this.#phase = 'body'
    const used = this.#consumer.onHead(head)
    if (used < head.length) {
      this.#rest = head.subarray(used)
      this.#unread += this.#rest.length
    } else {
      this.#endBodyIfRead()
    }
  }

  #takeBody(chunk: Buffer, at: number): number {
    if (this.#rest !== null) {
      const rest = this.#rest
      this.#rest = null
      this.#passOn(rest)
      return at
    }
    const end = Math.min(chunk.length, at + this.#unread)
    this.#passOn(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end))
    return end
  }

  #passOn(bytes: Buffer): void {
    this.#unread -= bytes.length
    this.#consumer.onBody(bytes)
    if (this.#phase === 'body') this.#endBodyIfRead()
  }

  #endBodyIfRead(): void {
    if (this.#unread > 0) return
    this.#phase = 'header'
    this.#consumer.onBodyEnd()
  }

  #skip(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#unread)
    this.#unread -= end - at
    if (this.#unread === 0) this.#phase = 'header'
    return end
  }
}
