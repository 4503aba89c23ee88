import { read, readSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { commonLane, type DiskLane } from '../disk/disk-lane.ts'
import { HEADER_SIZE, RESPONSE_COMMAND, writeHeader } from '../protocol/frame.ts'
import { BufferPool } from './buffer-pool.ts'

const PIECE_BYTES = 128 * 1024
/** What is larger than one piece goes out in longer ones: a file of 1 MB takes a third less processor time. */
const LONG_PIECE_BYTES = 512 * 1024
/** So many answers have long pieces at once; with more, what slow clients hold would add up. */
const LONG_PIECES_MAX = 16
/** After this much one connection lets the others have their turn. */
const TURN_BYTES = 1024 * 1024
const KEPT_BUFFERS_MAX = 32
const KEPT_LONG_MAX = 8
const EMPTY = Buffer.alloc(0)
/** 2^58. */
const UNKNOWN_LENGTH = Buffer.from('0400000000000000', 'hex')

const pool = new BufferPool(PIECE_BYTES + HEADER_SIZE, KEPT_BUFFERS_MAX)
const longPool = new BufferPool(LONG_PIECE_BYTES + HEADER_SIZE, KEPT_LONG_MAX)
let longPiecesInUse = 0

export interface FileRange {
  readonly fd: number
  /** Bytes. */
  readonly offset: number
  readonly length: number
  /** Of the disk that the file is on. */
  readonly lane?: DiskLane
  /** The length is announced as unknown, and the answer ends with the connection. */
  readonly endsConnection?: boolean
}

/** What became of the answer; `headerSent` tells whether the client has seen a part of it. */
export interface FileSendEnd {
  readonly error?: Error
  readonly headerSent: boolean
}

/**
 * Sends one range of a file as an answer frame: header and first piece in one write, every piece through the same
 * pooled buffer. While the kernel takes everything at once (`writableLength` is 0 right after `write`) it goes on in a
 * plain loop; else it goes on when the queued bytes have left. So a client that does not read holds one buffer. While
 * the disk is slow (`DiskLane`) pieces are read in the thread pool.
 */
export class FileSender {
  readonly #socket: Duplex
  readonly #fd: number
  readonly #lane: DiskLane
  readonly #onEnd: (end: FileSendEnd) => void
  readonly #onProgress: () => void
  readonly #endsConnection: boolean
  #position: number
  #left: number
  #headerSent = false
  #ended = false
  /** The thread pool reads into the buffer: neither it nor the file may be given away. */
  #reading = false
  #abortedBy: Error | null = null
  readonly #isLong: boolean
  #buffer: Buffer

  /** `onProgress` is called when a stalled client has taken a piece; `onEnd` exactly once. */
  constructor(socket: Duplex, range: FileRange, onEnd: (end: FileSendEnd) => void, onProgress: () => void) {
    this.#socket = socket
    this.#fd = range.fd
    this.#lane = range.lane ?? commonLane
    this.#position = range.offset
    this.#left = range.length
    this.#endsConnection = range.endsConnection === true
    this.#onEnd = onEnd
    this.#onProgress = onProgress
    this.#isLong = range.length > PIECE_BYTES && longPiecesInUse < LONG_PIECES_MAX
    if (this.#isLong) longPiecesInUse += 1
    this.#buffer = this.#isLong ? longPool.take() : pool.take()
  }

  start(): void {
    writeHeader(this.#buffer, 0, { length: this.#left, command: RESPONSE_COMMAND, status: 0 })
    if (this.#endsConnection) UNKNOWN_LENGTH.copy(this.#buffer)
    this.#pump()
  }

  /** Before the end: the connection is gone, and with it every use of the buffer by the kernel. */
  abort(error: Error): void {
    if (this.#reading) this.#abortedBy = error
    else this.#end(error)
  }

  #pump(): void {
    let sentThisTurn = 0
    while (sentThisTurn < TURN_BYTES) {
      if (this.#lane.isSlowToRead && this.#left > 0) {
        this.#readInPool()
        return
      }
      const read = this.#readNow()
      if (read < 0) return
      if (!this.#sendPiece(read)) return
      sentThisTurn += read
    }
    setImmediate(() => this.#goOn())
  }

  #readInPool(): void {
    this.#reading = true
    this.#lane.enter((leave) => {
      const startedAt = performance.now()
      read(
        this.#fd,
        this.#buffer,
        this.#gap,
        Math.min(this.#left, this.#pieceBytes),
        this.#position,
        (error, length) => {
          leave()
          this.#reading = false
          this.#lane.readSince(startedAt)
          const failed = this.#abortedBy ?? error ?? (length === 0 ? this.#tooShort() : null)
          if (failed !== null) this.#end(failed)
          else if (this.#sendPiece(length)) this.#pump()
        },
      )
    })
  }

  /** Bytes read, or -1 after a failure. */
  #readNow(): number {
    if (this.#left === 0) return 0
    const startedAt = performance.now()
    try {
      const length = readSync(this.#fd, this.#buffer, this.#gap, Math.min(this.#left, this.#pieceBytes), this.#position)
      if (length === 0) throw this.#tooShort()
      this.#lane.readSince(startedAt)
      return length
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)))
      return -1
    }
  }

  #tooShort(): Error {
    return new Error(`file ends at ${this.#position}, ${this.#left} bytes before the end of the answer`)
  }

  get #pieceBytes(): number {
    return this.#buffer.length - HEADER_SIZE
  }

  /** The header goes before the first piece. */
  get #gap(): number {
    return this.#headerSent ? 0 : HEADER_SIZE
  }

  /** Hands what was read to the socket. True when the next piece may be read at once. */
  #sendPiece(length: number): boolean {
    const size = this.#gap + length
    this.#headerSent = true
    this.#position += length
    this.#left -= length
    this.#socket.write(this.#buffer.subarray(0, size))
    if (this.#socket.writableLength !== 0) {
      this.#socket.write(EMPTY, (error) => this.#onFlushed(error))
      return false
    }
    if (this.#left > 0) return true
    this.#end()
    return false
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
    if (this.#isLong) longPiecesInUse -= 1
    const from = this.#isLong ? longPool : pool
    from.give(this.#buffer)
    this.#buffer = EMPTY
    this.#onEnd(error === undefined ? { headerSent: this.#headerSent } : { error, headerSent: this.#headerSent })
  }
}
