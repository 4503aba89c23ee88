import type { Duplex } from 'node:stream'
import { Status } from '../errors.ts'
import { HEADER_SIZE, writeHeader } from '../protocol/frame.ts'
import type { BodySink, CommandReply, CommandRequest, PieceEnds, StreamedHandler } from './handler.ts'

/** What a connection keeps of its way to the other server. */
export interface RelayState {
  relayed: RelayedConnection | null
}

/** Passes commands on to another server of the same protocol, and its answers back. */
export interface Relay<S extends RelayState> {
  /** For commands that the other server handles from their first byte on. */
  readonly handler: StreamedHandler<S>
  /** Passes on a request whose whole body has arrived. */
  pass(request: CommandRequest<S>, reply: CommandReply): void
  /** To be told when a connection ends. */
  connectionClosed(state: S): void
}

const EMPTY = Buffer.alloc(0)
const WORD = 2 ** 32

/**
 * `open` makes a stream to the other server for the client at this address. Each connection has a stream of its own,
 * from its first command that is passed on: what the other server knows of a connection it knows of this one.
 */
export function createRelay<S extends RelayState>(open: (remoteAddress: string) => Duplex): Relay<S> {
  const begin = (request: CommandRequest<S>, reply: CommandReply): BodySink => {
    const { state } = request
    state.relayed ??= new RelayedConnection(open(request.remoteAddress), {
      hangUp: () => reply.hangUp(),
      forget: () => {
        state.relayed = null
      },
    })
    return state.relayed.begin(request, reply)
  }
  return {
    handler: { kind: 'streamed', bodyMax: Number.MAX_SAFE_INTEGER, begin },
    pass(request, reply) {
      begin(request, reply).write(request.head)
    },
    connectionClosed: ({ relayed }) => relayed?.destroy(),
  }
}

interface RelayedConnectionEvents {
  /** The other server has ended the connection. */
  hangUp(): void
  /** The stream is in the middle of a request that is over here: the next command needs another one. */
  forget(): void
}

/** One connection here and its stream there; one request at a time. */
class RelayedConnection implements BodySink {
  readonly headConsumed = 0
  readonly #stream: Duplex
  readonly #events: RelayedConnectionEvents
  #reply: CommandReply | null = null
  /** Of a request whose body has not begun to arrive: they go together. */
  #header: Buffer = EMPTY
  #bodyLeft = 0
  /** The beginning of an answer, until its header is whole. */
  #front: Buffer = EMPTY
  #answerLeft = 0
  #status = 0
  #isOver = false

  constructor(stream: Duplex, events: RelayedConnectionEvents) {
    this.#stream = stream
    this.#events = events
    stream.on('data', (chunk: Buffer) => this.#onAnswer(chunk))
    // A broken stream ends as one that was ended.
    stream.on('error', () => undefined)
    stream.on('end', () => this.#onEnd())
    stream.on('close', () => this.#onEnd())
  }

  begin({ bodyLength, command, status }: CommandRequest<unknown>, reply: CommandReply): this {
    const header = Buffer.allocUnsafe(HEADER_SIZE)
    writeHeader(header, 0, { length: bodyLength, command, status })
    this.#reply = reply
    this.#bodyLeft = bodyLength
    this.#header = header
    if (bodyLength === 0) this.write(EMPTY)
    return this
  }

  write(chunk: Buffer): void {
    this.#bodyLeft -= chunk.length
    const bytes = Buffer.concat([this.#header, chunk])
    this.#header = EMPTY
    if (this.#stream.write(bytes)) return
    const reply = this.#reply
    reply?.pause()
    this.#stream.once('drain', () => reply?.resume())
  }

  end(): void {
    // The other server counts the bytes itself.
  }

  abort(): void {
    this.destroy()
  }

  destroy(): void {
    this.#isOver = true
    this.#reply = null
    this.#stream.destroy()
  }

  #onAnswer(chunk: Buffer): void {
    const reply = this.#reply
    if (reply === null) return
    let piece = chunk
    if (this.#answerLeft === 0) {
      piece = this.#front.length === 0 ? chunk : Buffer.concat([this.#front, chunk])
      this.#front = piece
      if (piece.length < HEADER_SIZE) return
      this.#front = EMPTY
      // An answer of unknown length (2^58) ends with the stream.
      this.#status = piece.readInt8(9)
      this.#answerLeft = HEADER_SIZE + piece.readUInt32BE(0) * WORD + piece.readUInt32BE(4)
    }
    this.#answerLeft -= piece.length
    if (this.#answerLeft === 0) this.#finish()
    this.#stream.pause()
    reply.pass(piece, this.#ends, () => this.#stream.resume())
  }

  /** With EINVAL the other server ends the connection; until its end is known here, no next request must be taken. */
  get #ends(): PieceEnds {
    if (this.#answerLeft > 0) return 'nothing'
    return this.#status === Status.EINVAL ? 'connection' : 'answer'
  }

  #finish(): void {
    this.#reply = null
    if (this.#bodyLeft === 0) return
    // Answered before its body was read; the rest of it does not come here.
    this.#events.forget()
    this.destroy()
  }

  #onEnd(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#events.hangUp()
  }
}
