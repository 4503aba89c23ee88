import { ProtocolError, Status } from '../errors.ts'
import { HEADER_SIZE, RESPONSE_COMMAND, readHeader } from '../protocol/frame.ts'
import type { ResponseReceiver } from './response.ts'

/** A server sends no body with an error (client protocol §1.1); this much is read over, more is a ProtocolError. */
const ERROR_BODY_BYTES_MAX = 64 * 1024

/** Takes one response out of chunks cut anywhere. Bodies go to the receiver as views of the chunks. */
export class AnswerReader {
  readonly receiver: ResponseReceiver
  /** The status of the response, once its header has come. */
  status: number = Status.OK
  complete = false
  /** The receiver wants no more at this moment. */
  full = false
  #headerBytes: Buffer = Buffer.alloc(0)
  #inBody = false
  #left = 0

  constructor(receiver: ResponseReceiver) {
    this.receiver = receiver
  }

  /** True from the first byte. */
  get started(): boolean {
    return this.hasHeader || this.#headerBytes.length > 0
  }

  get hasHeader(): boolean {
    return this.#inBody
  }

  /** Bytes of the body that are still to come; 0 without a header. */
  get left(): number {
    return this.#left
  }

  /** The body is passed on to somebody who reads it as it comes. */
  get isStreaming(): boolean {
    return this.hasHeader && this.status === Status.OK && this.receiver.isStream
  }

  /** Returns how many bytes of `chunk` belonged to the response. Throws ProtocolError. */
  take(chunk: Buffer): number {
    const bodyAt = this.#inBody ? 0 : this.#takeHeader(chunk)
    if (!this.#inBody) return chunk.length
    const end = Math.min(chunk.length, bodyAt + this.#left)
    this.#left -= end - bodyAt
    if (end > bodyAt && this.status === Status.OK) {
      this.full = !this.receiver.write(bodyAt === 0 && end === chunk.length ? chunk : chunk.subarray(bodyAt, end))
    }
    this.complete = this.#left === 0
    return end
  }

  /** Returns where the body begins in `chunk`, if the header ends in it. */
  #takeHeader(chunk: Buffer): number {
    const missing = HEADER_SIZE - this.#headerBytes.length
    const cut = missing < HEADER_SIZE || chunk.length < HEADER_SIZE
    if (cut) this.#headerBytes = Buffer.concat([this.#headerBytes, chunk.subarray(0, missing)])
    if (cut && this.#headerBytes.length < HEADER_SIZE) return chunk.length
    this.#begin(cut ? this.#headerBytes : chunk)
    return missing
  }

  #begin(bytes: Buffer): void {
    const header = readHeader(bytes, 0)
    if (header.command !== RESPONSE_COMMAND) throw new ProtocolError(`command ${header.command} in a response`)
    this.#inBody = true
    this.#left = header.length
    this.status = header.status
    if (header.status === Status.OK) this.receiver.begin(header.length)
    else if (header.length > ERROR_BODY_BYTES_MAX) {
      throw new ProtocolError(`status ${header.status} with a body of ${header.length} bytes`)
    }
  }
}
