import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/** Bytes that may be on their way, or wait at the reader, before the writer has to wait. */
const WINDOW_BYTES = 256 * 1024
const END = -1
/** Pieces up to this go as text: memory of their own, which one thread takes and another gives back, costs more. */
const TEXT_BYTES_MAX = 4096

/** Bytes, as they are or as latin1; a number of bytes that the other side has taken; the end; or what is told. */
type Message = Uint8Array | string | number | object

export interface PortStreamOptions {
  /** The window of each direction; what one side sends the other one receives. */
  readonly sendBytes?: number
  readonly receiveBytes?: number
  /** false: the port stays open when both directions have ended. */
  readonly autoDestroy?: boolean
}

/**
 * One end of a connection between two threads over a MessageChannel. A slow reader slows the writer down. Beside the bytes the sides may
 * tell each other something (`tell`, event `told`), which arrives in its place among them.
 */
export class PortStream extends Duplex {
  readonly #port: MessagePort
  readonly #sendBytes: number
  /** What was taken is told in portions, so that a short request and its answer are one message each. */
  readonly #toldBytes: number
  /** Sent, and not told to be taken. */
  #onTheirWay = 0
  #goOn: (() => void) | null = null
  /** Pushed, and not yet asked for more. */
  #offered = 0
  /** Taken, and not yet told. */
  #taken = 0

  constructor(port: MessagePort, options: PortStreamOptions = {}) {
    const { sendBytes = WINDOW_BYTES, receiveBytes = WINDOW_BYTES, autoDestroy = true } = options
    super({ autoDestroy })
    this.#port = port
    this.#sendBytes = sendBytes
    this.#toldBytes = receiveBytes / 2
    port.on('message', (message: Message) => this.#receive(message))
    port.on('close', () => this.destroy())
  }

  tell(message: object): void {
    this.#port.postMessage(message)
  }

  override _read(): void {
    this.#taken += this.#offered
    this.#offered = 0
    if (this.#taken < this.#toldBytes) return
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
    if (this.#onTheirWay < this.#sendBytes) done()
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
    if (typeof message === 'string' || message instanceof Uint8Array) {
      this.#offered += message.length
      this.push(bytesOf(message))
    } else if (typeof message === 'object') this.emit('told', message)
    else if (message === END) this.push(null)
    else this.#onTaken(message)
  }

  #onTaken(bytes: number): void {
    this.#onTheirWay -= bytes
    const goOn = this.#goOn
    if (goOn === null || this.#onTheirWay >= this.#sendBytes) return
    this.#goOn = null
    goOn()
  }
}

function bytesOf(message: Uint8Array | string): Buffer {
  if (typeof message === 'string') return Buffer.from(message, 'latin1')
  return Buffer.from(message.buffer, message.byteOffset, message.length)
}
