import type { Duplex } from 'node:stream'
import { ProtocolError, Status } from '../errors.ts'
import { encodeEmptyFrame, type Header, RESPONSE_COMMAND } from '../protocol/frame.ts'
import { Exchange, type ExchangeHost } from './exchange.ts'
import { type FileRange, type FileSendEnd, FileSender } from './file-sender.ts'
import { type FrameConsumer, FrameInput } from './frame-input.ts'
import type { CommandHandler, CommandServerLogger, PieceEnds } from './handler.ts'

const QUIT = 82
/** Dropped of a refused body: most clients write a whole file before they read. With more left the connection closes. */
const DRAIN_BYTES_MAX = 1024 ** 3
/** What a peer may send after the last answer, the rest of a refused body aside. */
const LINGER_BYTES_MAX = 1024 * 1024
/** Queued answers above this stop the reading of further requests: a peer that only asks gets no memory. */
const BACKLOG_BYTES_MAX = 64 * 1024
/** Sweeps without progress that end a connection; the server makes one every quarter of the network timeout. */
const QUIET_SWEEPS_MAX = 4

/** What all connections of one server share. */
export interface ConnectionContext<S> {
  /** Indexed by command code; ACTIVE_TEST is among them. */
  readonly handlers: ReadonlyArray<CommandHandler<S> | undefined>
  readonly headBytesMax: number
  readonly closeOnUnknown: boolean
  readonly closeOnEinval: boolean
  answered(command: number, status: number): void
  readonly logger: CommandServerLogger | undefined
}

/** What one connection carries besides its socket. */
export interface ConnectionPeer<S> {
  readonly remoteAddress: string
  readonly state: S
}

/**
 * One connection: takes chunks of any size and hands requests to their handlers one after the other. Nothing on the
 * path of a body allocates per chunk, apart from the view when a chunk is not body alone.
 *
 * At most one request is at work (`#exchange`); what arrives meanwhile is held and the socket paused. `#lingering` means
 * that the last answer is given: what the peer still sends is discarded, because closing with unread input would reset
 * the connection and could take the answer away from it.
 */
export class CommandConnection<S> implements ExchangeHost, FrameConsumer {
  closed = false
  readonly logger: CommandServerLogger | undefined
  readonly #socket: Duplex
  readonly #context: ConnectionContext<S>
  readonly #peer: ConnectionPeer<S>
  readonly #input: FrameInput
  #header: Header = { length: 0, command: 0, status: 0 }
  #handler: CommandHandler<S> | undefined
  #exchange: Exchange | null = null
  #sender: FileSender | null = null
  #held: Buffer | null = null
  #running = false
  #bodyEndWaits = false
  #peerEnded = false
  #draining = false
  #lingering = false
  #servedOne = false
  #quietSweeps = 0
  #discardsLeft = 0

  constructor(socket: Duplex, context: ConnectionContext<S>, peer: ConnectionPeer<S>) {
    this.#socket = socket
    this.#context = context
    this.#peer = peer
    this.#input = new FrameInput(this, context.headBytesMax)
    this.logger = context.logger
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('drain', () => this.#proceed())
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => this.logger?.debug({ err: error, ...this.#whose() }, 'connection failed'))
    socket.on('close', () => this.#onClose())
  }

  /** Called every quarter of the network timeout: a peer that owes bytes, or does not take its answer, is timed out. */
  sweep(): void {
    if (!this.#waitsForPeer()) this.#quietSweeps = 0
    else if (++this.#quietSweeps > QUIET_SWEEPS_MAX) this.#socket.destroy()
  }

  /** Ends the connection as soon as the current request is answered. */
  drain(): void {
    this.#draining = true
    this.#proceed()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  onHeader(header: Header): number {
    this.#header = header
    this.#quietSweeps = 0
    const handler = this.#context.handlers[header.command]
    if (handler === undefined) return this.#refuseUnknown(header)
    if (header.length > handler.bodyMax) return this.#refuseOversized(header)
    this.#handler = handler
    return handler.kind === 'buffered'
      ? header.length
      : Math.min(header.length, handler.headBytesMin ?? 0, this.#context.headBytesMax)
  }

  onHead(head: Buffer): number {
    const { command, status, length: bodyLength } = this.#header
    const { remoteAddress, state } = this.#peer
    const exchange = new Exchange(this)
    this.#exchange = exchange
    return this.#handler === undefined
      ? head.length
      : exchange.start(this.#handler, { command, status, bodyLength, head, remoteAddress, state })
  }

  onBody(chunk: Buffer): void {
    this.#exchange?.deliver(chunk)
  }

  onBodyEnd(): void {
    if (this.#exchange?.paused) this.#bodyEndWaits = true
    else this.#exchange?.endBody()
  }

  bodyResumed(exchange: Exchange): void {
    if (exchange !== this.#exchange) return
    if (this.#bodyEndWaits) {
      this.#bodyEndWaits = false
      exchange.endBody()
    }
    this.#proceed()
  }

  answer(frame: Buffer, status: number): void {
    this.#context.answered(this.#header.command, status)
    this.#socket.write(frame)
    this.#answered(status === Status.EINVAL && this.#context.closeOnEinval)
  }

  answerFile(range: FileRange, done: (error?: Error) => void): void {
    const onEnd = (end: FileSendEnd) => this.#onFileEnd(end, range.endsConnection === true, done)
    // A slow reader has taken a piece.
    this.#sender = new FileSender(this.#socket, range, onEnd, () => {
      this.#quietSweeps = 0
    })
    this.#sender.start()
  }

  answerPiece(piece: Buffer, ends: PieceEnds, taken: () => void): void {
    this.#socket.write(piece, (error) => {
      // A failed write ends the connection.
      if (error) return
      this.#quietSweeps = 0
      taken()
    })
    if (ends !== 'nothing') this.#answered(ends === 'connection')
  }

  hangUp(): void {
    if (this.closed || this.#lingering) return
    this.#exchange = null
    this.#linger()
  }

  #onFileEnd(end: FileSendEnd, isLast: boolean, done: (error?: Error) => void): void {
    this.#sender = null
    if (end.error !== undefined && !this.closed)
      this.logger?.error({ err: end.error, ...this.#whose() }, 'a file could not be sent')
    try {
      done(end.error)
    } catch (error) {
      this.logger?.error({ err: error }, 'the end of a download could not be handled')
    }
    if (this.closed) return
    if (end.error === undefined) {
      this.#context.answered(this.#header.command, Status.OK)
      this.#answered(isLast)
    } else if (end.headerSent) this.#socket.destroy()
    else this.#answerError(Status.EIO)
  }

  #answerError(status: number): void {
    this.answer(encodeEmptyFrame(RESPONSE_COMMAND, status), status)
  }

  #answered(last: boolean): void {
    this.#exchange = null
    this.#bodyEndWaits = false
    this.#servedOne = true
    this.#quietSweeps = 0
    // What is left of the body now goes to no one.
    if (last || this.#input.unread > DRAIN_BYTES_MAX) this.#linger()
    else this.#proceed()
  }

  #refuseUnknown(header: Header): -1 {
    if (header.command === QUIT) this.#linger()
    else if (header.length > this.#context.headBytesMax) this.#refuseOversized(header)
    else {
      this.#answerError(Status.EINVAL)
      if (this.#context.closeOnUnknown) this.#linger()
    }
    return -1
  }

  /** Storages answer before they close, trackers only close (client protocol §1.7). */
  #refuseOversized(header: Header): -1 {
    this.logger?.debug({ length: header.length, ...this.#whose() }, 'request too long')
    if (this.#context.closeOnEinval) this.#answerError(Status.EINVAL)
    else if (header.length > this.#context.headBytesMax) this.#socket.destroy()
    else this.#answerError(Status.EINVAL)
    return -1
  }

  #onData(chunk: Buffer): void {
    if (this.#lingering) {
      this.#discardsLeft -= chunk.length
      if (this.#discardsLeft < 0) this.#socket.destroy()
      if (this.#discardsLeft >= LINGER_BYTES_MAX) this.#quietSweeps = 0
      return
    }
    // A header and a head must arrive within the timeout as a whole: a byte now and then does not hold a connection.
    if (!this.#input.inHead) this.#quietSweeps = 0
    this.#run(chunk)
    this.#endIfIdle()
  }

  #run(chunk: Buffer): void {
    this.#running = true
    let at = 0
    while ((at < chunk.length || this.#input.hasRest) && !this.#lingering && !this.#socket.destroyed) {
      if (this.#mustHold()) {
        this.#held = at === 0 ? chunk : chunk.subarray(at)
        this.#socket.pause()
        break
      }
      at = this.#step(chunk, at)
    }
    this.#running = false
  }

  #step(chunk: Buffer, at: number): number {
    try {
      return this.#input.step(chunk, at)
    } catch (error) {
      if (error instanceof ProtocolError) this.logger?.debug({ err: error, ...this.#whose() }, 'malformed header')
      else this.logger?.error({ err: error, ...this.#whose() }, 'connection closed after an internal error')
      this.#socket.destroy()
      return chunk.length
    }
  }

  #mustHold(): boolean {
    const exchange = this.#exchange
    if (exchange !== null) return !(this.#input.inBody && exchange.hasSink && !exchange.paused)
    return !this.#input.inFrame && this.#socket.writableLength > BACKLOG_BYTES_MAX
  }

  /** Goes on with input that had to wait. */
  #proceed(): void {
    if (this.#running || this.closed || this.#lingering || this.#mustHold()) return
    const held = this.#held
    this.#held = null
    if (held !== null) this.#run(held)
    if (this.#held !== null || this.#lingering) return
    this.#endIfIdle()
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  #endIfIdle(): void {
    if (!(this.#draining || this.#peerEnded) || this.#lingering) return
    if (this.#exchange === null && this.#held === null && !this.#input.inFrame) this.#linger()
  }

  #linger(): void {
    this.#discardsLeft = LINGER_BYTES_MAX + (this.#input.unread > DRAIN_BYTES_MAX ? 0 : this.#input.unread)
    this.#lingering = true
    this.#held = null
    this.#socket.end()
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  #onEnd(): void {
    this.#peerEnded = true
    if (this.#input.inFrame && !this.#lingering) this.#socket.destroy()
    else this.#endIfIdle()
  }

  #onClose(): void {
    this.closed = true
    this.#held = null
    this.#sender?.abort(new Error('the connection closed before the file was sent'))
    this.#exchange?.abort()
    this.#exchange = null
  }

  #waitsForPeer(): boolean {
    if (this.#socket.writableLength > 0 || this.#lingering) return true
    if (this.#exchange !== null) return !this.#mustHold()
    return this.#input.inFrame || !this.#servedOne
  }

  #whose(): { remoteAddress: string; command: number } {
    return { remoteAddress: this.#peer.remoteAddress, command: this.#header.command }
  }
}
