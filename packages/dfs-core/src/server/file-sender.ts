import { readSync } from 'node:fs'
import type { Socket } from 'node:net'
import { HEADER_SIZE, RESPONSE_COMMAND, writeHeader } from '../protocol/frame.ts'
import { BufferPool } from './buffer-pool.ts'

/** Larger pieces do not make downloads faster: 64 KiB to 1 MiB measured within noise of each other. */
const PIECE_BYTES = 128 * 1024
/** After this much one connection lets the others have their turn. */
const TURN_BYTES = 1024 * 1024
const KEPT_BUFFERS_MAX = 32
const EMPTY = Buffer.alloc(0)

const pool = new BufferPool(PIECE_BYTES + HEADER_SIZE, KEPT_BUFFERS_MAX)

export interface FileRange {
  readonly fd: number
  /** Bytes. */
  readonly offset: number
  readonly length: number
}

/** What became of the answer; `headerSent` tells whether the client has seen a part of it. */
export interface FileSendEnd {
  readonly error?: Error
  readonly headerSent: boolean
}

/**
 * Sends one range of a file as an answer frame: header and first piece in one write, every piece through the same
 * pooled buffer. While the kernel takes everything at once (`writableLength` is 0 right after `write`) it goes on in a
 * plain loop; else it goes on when the queued bytes have left. So a client that does not read holds one buffer.
 */
export class FileSender {
  readonly #socket: Socket
  readonly #fd: number
  readonly #onEnd: (end: FileSendEnd) => void
  readonly #onProgress: () => void
  #position: number
  #left: number
  #headerSent = false
  #ended = false
  #buffer: Buffer

  /** `onProgress` is called when a stalled client has taken a piece; `onEnd` exactly once. */
  constructor(socket: Socket, range: FileRange, onEnd: (end: FileSendEnd) => void, onProgress: () => void) {
    this.#socket = socket
    this.#fd = range.fd
    this.#position = range.offset
    this.#left = range.length
    this.#onEnd = onEnd
    this.#onProgress = onProgress
    this.#buffer = pool.take()
  }

  start(): void {
    writeHeader(this.#buffer, 0, { length: this.#left, command: RESPONSE_COMMAND, status: 0 })
    this.#pump()
  }

  /** Before the end: the connection is gone, and with it every use of the buffer by the kernel. */
  abort(error: Error): void {
    this.#end(error)
  }

  #pump(): void {
    let sentThisTurn = 0
    while (sentThisTurn < TURN_BYTES) {
      const sent = this.#sendPiece()
      if (sent < 0) return
      sentThisTurn += sent
      if (this.#socket.writableLength !== 0) {
        this.#socket.write(EMPTY, (error) => this.#onFlushed(error))
        return
      }
      if (this.#left === 0) {
        this.#end()
        return
      }
    }
    setImmediate(() => this.#goOn())
  }

  /** Returns the number of bytes handed to the socket, or -1 after a failure. */
  #sendPiece(): number {
    const gap = this.#headerSent ? 0 : HEADER_SIZE
    let read = 0
    try {
      read = this.#readPiece(gap)
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)))
      return -1
    }
    this.#headerSent = true
    this.#position += read
    this.#left -= read
    this.#socket.write(this.#buffer.subarray(0, gap + read))
    return gap + read
  }

  #readPiece(gap: number): number {
    if (this.#left === 0) return 0
    const read = readSync(this.#fd, this.#buffer, gap, Math.min(this.#left, PIECE_BYTES), this.#position)
    if (read === 0) throw new Error(`file ends at ${this.#position}, ${this.#left} bytes before the end of the answer`)
    return read
  }

  #onFlushed(error: Error | null | undefined): void {
    // A failed write ends the connection, and its 'close' event ends this.
    if (error || this.#ended) return
    this.#onProgress()
    this.#goOn()
  }

  #goOn(): void {
    if (this.#ended) return
    if (this.#left === 0) this.#end()
    else this.#pump()
  }

  #end(error?: Error): void {
    this.#ended = true
    pool.give(this.#buffer)
    this.#buffer = EMPTY
    this.#onEnd(error === undefined ? { headerSent: this.#headerSent } : { error, headerSent: this.#headerSent })
  }
}
