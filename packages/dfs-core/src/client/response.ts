import { Readable } from 'node:stream'
import { ProtocolError } from '../errors.ts'
import type { Request } from './request.ts'

/** Takes the body of one response. */
export interface ResponseReceiver {
  /** Somebody reads the body as it comes, and decides how long that takes. */
  readonly isStream: boolean
  /** The response has status 0 and `size` bytes of body. Throws ProtocolError when that is too much. */
  begin(size: number): void
  /** Returns false when the next chunk should wait until the receiver asks for more. */
  write(chunk: Buffer): boolean
  end(): void
  /** The response will not come, or not come whole. */
  fail(error: Error): void
}

/** Collects a response in memory. */
export class WholeResponse implements ResponseReceiver {
  readonly isStream = false
  readonly body: Promise<Buffer>
  readonly #sizeMax: number
  #resolve: (body: Buffer) => void = unset
  #reject: (error: Error) => void = unset
  #bytes: Buffer = Buffer.alloc(0)
  #filled = 0

  /** `sizeMax` in bytes: a longer body is a ProtocolError. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
    this.body = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  begin(size: number): void {
    checkSize(size, this.#sizeMax)
    this.#bytes = Buffer.allocUnsafe(size)
  }

  write(chunk: Buffer): boolean {
    this.#filled += chunk.copy(this.#bytes, this.#filled)
    return true
  }

  end(): void {
    this.#resolve(this.#bytes)
  }

  fail(error: Error): void {
    this.#reject(error)
  }
}

/** A response body of `size` bytes that is read as it comes. Destroying the stream early ends its connection. */
export interface Download {
  readonly size: number
  readonly stream: Readable
}

/** What a streamed response does with its connection. */
export interface DownloadControl {
  resume(): void
  /** The reader does not want the rest. */
  cancel(): void
}

type StreamedResponseOptions = Pick<Request, 'responseMax' | 'onProgress'>

/** Passes a response on as a stream: the connection is read no faster than the stream is. */
export class StreamedResponse implements ResponseReceiver {
  readonly isStream = true
  readonly download: Promise<Download>
  readonly #control: DownloadControl
  readonly #sizeMax: number
  readonly #onProgress: ((bytes: number) => void) | undefined
  #received = 0
  #resolve: (download: Download) => void = unset
  #reject: (error: Error) => void = unset
  #stream: Readable | null = null
  #complete = false

  /** `responseMax` in bytes: a longer body is a ProtocolError. `onProgress` is called with the bytes that have come so far. */
  constructor(control: DownloadControl, { responseMax = Infinity, onProgress }: StreamedResponseOptions) {
    this.#control = control
    this.#sizeMax = responseMax
    this.#onProgress = onProgress
    this.download = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  begin(size: number): void {
    checkSize(size, this.#sizeMax)
    const stream = new Readable({
      read: () => {
        if (!this.#complete) this.#control.resume()
      },
      destroy: (error, callback) => {
        if (!this.#complete) this.#control.cancel()
        callback(error)
      },
    })
    this.#stream = stream
    this.#resolve({ size, stream })
  }

  write(chunk: Buffer): boolean {
    this.#received += chunk.length
    this.#onProgress?.(this.#received)
    return this.#stream?.push(chunk) ?? true
  }

  end(): void {
    this.#complete = true
    this.#stream?.push(null)
  }

  fail(error: Error): void {
    this.#complete = true
    if (this.#stream === null) this.#reject(error)
    else this.#stream.destroy(error)
  }
}

function checkSize(size: number, sizeMax: number): void {
  if (size > sizeMax) throw new ProtocolError(`response of ${size} bytes, at most ${sizeMax} expected`)
}

function unset(): void {
  throw new Error('a promise calls its executor at once')
}
