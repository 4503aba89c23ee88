import type { Socket } from 'node:net'
import { MeasuredStream, type StreamBody } from './request-body.ts'

interface SendOptions {
  readonly timeoutMs: number
  /** Called with the bytes that have left so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/**
 * Sends a stream as the rest of a request, no faster than the socket takes it. The socket's timeout runs only while
 * bytes wait to leave: a slow source is not the server's silence.
 */
export class BodySender {
  /** Some of the declared bytes have not been given to the socket. */
  unsent = true
  readonly #socket: Socket
  readonly #source: MeasuredStream
  readonly #size: number
  readonly #timeoutMs: number
  readonly #onWritten = () => this.#wake?.()
  readonly #onProgress: ((bytes: number) => void) | undefined
  #sent = 0
  #stopped = false
  #wake: (() => void) | null = null

  constructor(socket: Socket, body: StreamBody, { timeoutMs, onProgress }: SendOptions) {
    this.#socket = socket
    this.#source = new MeasuredStream(body)
    this.#size = body.size
    this.#timeoutMs = timeoutMs
    this.#onProgress = onProgress
  }

  /** Rejects with what the source threw, or with RangeError when its length is not the declared one. */
  async run(writeFront: () => void): Promise<void> {
    try {
      // A request without content is complete with its head, so even that must wait for the end of the stream.
      if (this.#size === 0) await this.#source.next()
      this.unsent = this.#size > 0
      if (!this.#stopped) writeFront()
      while (this.unsent && !this.#stopped) await this.#sendNext()
    } finally {
      this.#source.release()
    }
  }

  /** Nobody needs the rest. */
  stop(): void {
    this.#stopped = true
    this.#source.release()
    this.#wake?.()
  }

  async #sendNext(): Promise<void> {
    this.#socket.setTimeout(0)
    const chunk = await this.#source.next()
    if (chunk === null || this.#stopped) return
    this.#socket.setTimeout(this.#timeoutMs)
    this.unsent = !this.#source.complete
    this.#socket.write(chunk, this.#onWritten)
    // `write` returns false for large chunks even when the kernel took them at once; the length tells.
    while (this.#socket.writableLength > 0 && !this.#stopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#sent += chunk.length
    if (!this.#stopped) this.#onProgress?.(this.#sent)
  }
}
