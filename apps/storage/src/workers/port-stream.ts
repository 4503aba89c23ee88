import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/** Bytes that may be on their way, or wait at the reader, before the writer has to wait. */
const WINDOW_BYTES = 256 * 1024
/** What was taken is told in portions, so that a short request and its answer are one message each. */
const TOLD_BYTES = WINDOW_BYTES / 2
const END = -1
/** Pieces up to this go as text: memory of their own, which one thread takes and another gives back, costs more. */
const TEXT_BYTES_MAX = 4096

/** Bytes, as they are or as latin1; a number of bytes that the other side has taken; or the end. */
type Message = Uint8Array | string | number

/** One end of a connection between two threads over a MessageChannel. A slow reader slows the writer down. */
export class PortStream extends Duplex {
  readonly #port: MessagePort
  /** Sent, and not told to be taken. */
  #onTheirWay = 0
  #goOn: (() => void) | null = null
  /** Pushed, and not yet asked for more. */
  #offered = 0
  /** Taken, and not yet told. */
  #taken = 0

  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('message', (message: Message) => this.#receive(message))
    port.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#taken += this.#offered
    this.#offered = 0
    if (this.#taken < TOLD_BYTES) return
    this.#port.postMessage(this.#taken)
    this.#taken = 0
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#onTheirWay += chunk.length
    if (chunk.length <= TEXT_BYTES_MAX) this.#port.postMessage(chunk.toString('latin1'))
    else {
      // The caller may use its buffer again at once; and what is posted is the whole memory behind a view.
      const piece = new Uint8Array(chunk)
      this.#port.postMessage(piece, [piece.buffer])
    }
    if (this.#onTheirWay < WINDOW_BYTES) done()
    else this.#goOn = done
  }

  override _final(done: () => void): void {
    this.#port.postMessage(END)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close()
    done(error)
  }

  #receive(message: Message): void {
    if (typeof message !== 'number') {
      this.#offered += message.length
      this.push(bytesOf(message))
    } else if (message === END) this.push(null)
    else this.#onTaken(message)
  }

  #onTaken(bytes: number): void {
    this.#onTheirWay -= bytes
    const goOn = this.#goOn
    if (goOn === null || this.#onTheirWay >= WINDOW_BYTES) return
    this.#goOn = null
    goOn()
  }
}

function bytesOf(message: Uint8Array | string): Buffer {
  if (typeof message === 'string') return Buffer.from(message, 'latin1')
  return Buffer.from(message.buffer, message.byteOffset, message.length)
}
