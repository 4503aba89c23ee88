import type { Duplex } from 'node:stream'
import type { FileRange } from './file-sender.ts'

/** One request as a handler sees it. All sizes are bytes. */
export interface CommandRequest<S> {
  readonly command: number
  /** The header's status byte, 0 … 255: 0, or flags and results for the few commands that use it (16, 18, 22, 28). */
  readonly status: number
  /** Length of the whole body, without the 10-byte header. */
  readonly bodyLength: number
  /**
   * A buffered handler gets the whole body here and may keep it. A streamed handler gets the first bytes: at least
   * `min(bodyLength, headBytesMin)`, at most `min(bodyLength, headBytesMax)`, in between whatever has arrived; what it
   * wants to keep after `begin` it must copy.
   */
  readonly head: Buffer
  /** The peer's address without port; IPv4 is always in dotted form. */
  readonly remoteAddress: string
  /** What `newState()` made for this connection. */
  readonly state: S
}

/**
 * The one answer to a request. The first of `ok`, `fail`, `sendFile` and `sendFileToEnd` counts; it may come later than the handler
 * returns, and requests that follow on the connection wait for it. After the connection is gone answers are ignored.
 */
/** What is over with a piece of an answer: nothing yet, the answer, or the connection too. */
export type PieceEnds = 'nothing' | 'answer' | 'connection'

export interface CommandReply {
  /** Status 0 and this body; header and body leave in one write. The body is not used after the call returns. */
  ok(body?: Buffer): void
  /**
   * A status other than 0, without a body. While body bytes are still unread, up to 1 GiB of them is drained and the
   * connection stays usable; if more remains it is closed after the answer. The sink is not called any more.
   */
  fail(status: number): void
  /**
   * Status 0 and a range of a file. The descriptor belongs to the caller until `done` is called,
   * exactly once, possibly before this method returns: without an error when the kernel has taken all bytes. A file
   * that cannot be read (or is too short) is answered with EIO before the first byte and ends the connection after it.
   */
  sendFile(range: FileRange, done: (error?: Error) => void): void
  /**
   * As `sendFile` of a whole file, with a length that is announced as unknown (2^58) and ends with the connection: the
   * answer to FETCH_ONE_PATH_BINLOG (internals §8).
   */
  sendFileToEnd(fd: number, length: number, done: (error?: Error) => void): void
  /**
   * A piece of an answer that another server has made, header and all: it goes out as it is and is not counted here.
   * The piece is not used any more when `taken` is called.
   */
  pass(piece: Buffer, ends: PieceEnds, taken: () => void): void
  /** Ends the connection when what was written has left, whether there was an answer or not. */
  hangUp(): void
  /** Holds the body back: until `resume` neither `write` nor `end` of the sink is called. */
  pause(): void
  resume(): void
  /** True once an answer was given or nobody is left to read one. */
  readonly done: boolean
}

/**
 * Takes the body of one streamed request. After the last byte `end` is called, then the handler answers.
 * If `write` or `end` throws, the request is answered with EIO (ProtocolError: EINVAL) and `abort` is called.
 */
export interface BodySink {
  /** How many bytes of `request.head` were not body data; what follows them comes through `write`. */
  headConsumed: number
  /** The chunk is valid only during the call. */
  write(chunk: Buffer): void
  end(): void
  /** The connection was lost, timed out or closed in mid-body, or this sink threw. Called at most once, never after `end` returned. */
  abort(): void
}

/** Gets a request when its whole body has arrived. */
export interface BufferedHandler<S> {
  readonly kind: 'buffered'
  readonly bodyMax: number
  handle(request: CommandRequest<S>, reply: CommandReply): void
}

/** Gets the first bytes of a request, and the rest as it arrives. */
export interface StreamedHandler<S> {
  readonly kind: 'streamed'
  readonly bodyMax: number
  /** Bytes that `begin` must see (or the whole body, if that is shorter); at most the server's `headBytesMax`. Default 0. */
  readonly headBytesMin?: number
  /** Returns the sink for the body, or null when the request was refused: then the body is drained after the answer. */
  begin(request: CommandRequest<S>, reply: CommandReply): BodySink | null
}

export type CommandHandler<S> = BufferedHandler<S> | StreamedHandler<S>

export interface CommandServerLimits {
  /** Connections above this are accepted and closed without a byte. */
  readonly maxConnections: number
  /** Connections to the same port that others serve: they count towards `maxConnections`. */
  connectionsElsewhere?(): number
  /** The longest head given to a streamed handler, and the longest body of a frame that no handler takes. Default 256 KiB. */
  readonly headBytesMax?: number
  /** Silence that ends a connection in mid-frame, before its first frame, or while it does not read its answer. */
  readonly networkTimeoutMs: number
}

/** Where the server reports; a pino logger fits. */
export interface CommandServerLogger {
  debug(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** A socket that several servers of this process accept at, each in a thread of its own. */
interface SharedSocket {
  readonly descriptor: number
  /** Another one has so many connections fewer that it should take the next ones. */
  isAhead(): boolean
}

export interface CommandServerOptions<S> {
  /** Command code → handler. QUIT (82) and ACTIVE_TEST (111) are built in. */
  readonly handlers: ReadonlyMap<number, CommandHandler<S>>
  /** Makes the state of a new connection. */
  newState(): S
  /** So many connections are open now: called when one came or ended. */
  connectionsChanged?(count: number): void
  readonly sharedSocket?: SharedSocket
  /** A connection has ended, by whichever side; its state is not used any more. */
  connectionClosed?(state: S): void
  /** A request has got its answer: for counting. */
  answered?(command: number, status: number): void
  readonly limits: CommandServerLimits
  /** Addresses and CIDR blocks that may connect; absent = all. Others are closed without a byte. */
  readonly allowHosts?: readonly string[]
  /** An unknown command gets EINVAL; 'close' also closes the connection. */
  readonly unknownCommand: 'answer' | 'close'
  /** Storages close after every EINVAL, trackers do not. */
  readonly closeOnEinval: boolean
  readonly logger?: CommandServerLogger
}

export interface CommandServer {
  /** Starts to serve; port 0 takes a free one. Resolves with the port. Rejects with the system's error. */
  listen(port: number, host: string): Promise<number>
  /** Starts to serve at a socket that listens already, or that another server in this process listens at. */
  listenAt(descriptor: number): Promise<void>
  /** Serves a connection that came in another way; it is not among `connections`. */
  serve(stream: Duplex, remoteAddress: string): void
  /** Stops accepting, lets running requests finish for at most `graceMs`, then ends every connection. */
  close(graceMs: number): Promise<void>
  /** Connections open now. */
  readonly connections: number
}
