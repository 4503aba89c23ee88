import { ProtocolError, Status } from '../errors.ts'
import { encodeEmptyFrame, HEADER_SIZE, RESPONSE_COMMAND, writeHeader } from '../protocol/frame.ts'
import type { FileRange } from './file-sender.ts'
import type {
  BodySink,
  CommandHandler,
  CommandReply,
  CommandRequest,
  CommandServerLogger,
  PieceEnds,
} from './handler.ts'

const OK_FRAME = encodeEmptyFrame(RESPONSE_COMMAND, Status.OK)

/** What a request needs from its connection. */
export interface ExchangeHost {
  /** The connection is gone: nobody reads an answer. */
  readonly closed: boolean
  readonly logger: CommandServerLogger | undefined
  /** Sends a whole answer. */
  answer(frame: Buffer, status: number): void
  answerFile(range: FileRange, done: (error?: Error) => void): void
  /** Sends a part of an answer as it is. */
  answerPiece(piece: Buffer, ends: PieceEnds, taken: () => void): void
  /** Ends the connection when what was written has left. */
  hangUp(): void
  /** The sink of `exchange` takes its body again. */
  bodyResumed(exchange: Exchange): void
}

/**
 * One request and its answer: calls the handler and its sink so that nothing they throw gets out, and lets only the
 * first answer through, however late and however often the handler answers.
 */
export class Exchange implements CommandReply {
  readonly #host: ExchangeHost
  #sink: BodySink | null = null
  #paused = false
  #answered = false

  constructor(host: ExchangeHost) {
    this.#host = host
  }

  get done(): boolean {
    return this.#answered || this.#host.closed
  }

  /** True while the body waits for its sink. */
  get paused(): boolean {
    return this.#paused
  }

  get hasSink(): boolean {
    return this.#sink !== null
  }

  /** Hands the request over. Returns how many bytes of the head are not body: what follows goes to `deliver`. */
  start<S>(handler: CommandHandler<S>, request: CommandRequest<S>): number {
    try {
      if (handler.kind === 'buffered') {
        handler.handle(request, this)
        return request.head.length
      }
      const sink = handler.begin(request, this)
      if (sink === null || this.#answered) return 0
      this.#sink = sink
      return sink.headConsumed
    } catch (error) {
      this.#fault(error, null)
      return 0
    }
  }

  deliver(chunk: Buffer): void {
    try {
      this.#sink?.write(chunk)
    } catch (error) {
      this.#fault(error, this.#sink)
    }
  }

  /** The whole body was delivered. */
  endBody(): void {
    const sink = this.#sink
    this.#sink = null
    try {
      sink?.end()
    } catch (error) {
      this.#fault(error, sink)
    }
  }

  /** The connection is gone. */
  abort(): void {
    const sink = this.#sink
    this.#sink = null
    if (sink !== null) this.#abortSink(sink)
  }

  ok(body?: Buffer): void {
    if (this.done) return
    const frame = okFrame(body)
    this.#close()
    this.#host.answer(frame, Status.OK)
  }

  fail(status: number): void {
    if (!Number.isInteger(status) || status < 1 || status > 127) throw new RangeError(`not an error status: ${status}`)
    if (this.done) return
    this.#close()
    this.#host.answer(encodeEmptyFrame(RESPONSE_COMMAND, status), status)
  }

  sendFile(range: FileRange, done: (error?: Error) => void): void {
    this.#sendRange(range, done)
  }

  sendFileToEnd(fd: number, length: number, done: (error?: Error) => void): void {
    this.#sendRange({ fd, offset: 0, length, endsConnection: true }, done)
  }

  pass(piece: Buffer, ends: PieceEnds, taken: () => void): void {
    if (this.done) return
    if (ends !== 'nothing') this.#close()
    this.#host.answerPiece(piece, ends, taken)
  }

  hangUp(): void {
    this.#close()
    this.#host.hangUp()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#host.bodyResumed(this)
  }

  #sendRange(range: FileRange, done: (error?: Error) => void): void {
    if (this.done) {
      done(new Error('the request is answered already, or its connection is gone'))
      return
    }
    this.#close()
    this.#host.answerFile(range, done)
  }

  /** After an answer the sink is left alone: whoever answered early has cleaned up. */
  #close(): void {
    this.#answered = true
    this.#sink = null
  }

  #fault(error: unknown, sink: BodySink | null): void {
    const malformed = error instanceof ProtocolError
    if (malformed) this.#host.logger?.debug({ err: error }, 'malformed request')
    else this.#host.logger?.error({ err: error }, 'a command handler failed')
    if (this.#answered) return
    this.#sink = null
    if (sink !== null) this.#abortSink(sink)
    this.fail(malformed ? Status.EINVAL : Status.EIO)
  }

  #abortSink(sink: BodySink): void {
    try {
      sink.abort()
    } catch (error) {
      this.#host.logger?.error({ err: error }, 'a body could not be aborted')
    }
  }
}

function okFrame(body: Buffer | undefined): Buffer {
  if (body === undefined || body.length === 0) return OK_FRAME
  const frame = Buffer.allocUnsafe(HEADER_SIZE + body.length)
  writeHeader(frame, 0, { length: body.length, command: RESPONSE_COMMAND, status: Status.OK })
  body.copy(frame, HEADER_SIZE)
  return frame
}
