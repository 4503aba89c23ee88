import { connect, type Socket } from 'node:net'
import { ConnectionError, ProtocolError, ServerError, Status } from '../errors.ts'
import { encodeEmptyFrame, HEADER_SIZE, writeHeader } from '../protocol/frame.ts'
import { parseAddress } from './address.ts'
import { AnswerReader } from './answer-reader.ts'
import { BodySender } from './body-sender.ts'
import type { Request, Timeouts } from './request.ts'
import { bodySize } from './request-body.ts'
import { type Download, type ResponseReceiver, StreamedResponse, WholeResponse } from './response.ts'

const QUIT = 82
const RESPONSE_BYTES_MAX = 4 * 1024 * 1024
/** Head and buffered body up to this size leave in one write, which an idle connection takes whole or not at all. */
const SINGLE_WRITE_BYTES_MAX = 16 * 1024
/** C storages do not drain a body that they refuse; one that fits their receive buffer they have read (client protocol §1.7). */
const REFUSED_BODY_BYTES_MAX = 64 * 1024

/** Slower than this no answer is collected: a byte now and then would hold the request for as long as the server likes. */
const ANSWER_BYTES_PER_SECOND_MIN = 4096
const TIMER_MS_MAX = 2 ** 31 - 1

/**
 * How a request failed: `unsent` = not a byte of it was taken from us, `unanswered` = the server closed before it
 * answered a byte, `broken` = anything else.
 */
export type Failure = 'unsent' | 'unanswered' | 'broken'

/** No connection could be made: nothing was sent. */
export class UnreachableError extends ConnectionError {}

/**
 * Connects to `address` (`host:port`). Rejects with UnreachableError when that fails or takes longer than the timeout,
 * with RangeError when the address is malformed.
 */
export function openConnection(address: string, timeouts: Timeouts): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const { localAddress } = timeouts
    const own = localAddress === undefined ? {} : { localAddress }
    const socket = connect({ ...parseAddress(address), ...own, noDelay: true, keepAlive: true })
    const fail = (cause: Error) => {
      socket.destroy()
      reject(new UnreachableError(`cannot connect to ${address}: ${cause.message}`, { cause }))
    }
    const onTimeout = () => fail(new Error(`no answer within ${timeouts.connectTimeoutMs} ms`))
    socket.setTimeout(timeouts.connectTimeoutMs, onTimeout)
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      socket.off('timeout', onTimeout)
      socket.setTimeout(0)
      resolve(new Connection(socket, address, timeouts.networkTimeoutMs))
    })
  })
}

/**
 * One socket to a server, one request at a time. After an error status the connection can be used again, unless the
 * status is EINVAL (storages close then) or the body was large or not all sent (the server may not have read it). After
 * any other failure it is destroyed, and so is one whose answer was not read to the end.
 */
export class Connection {
  readonly address: string
  /** Kept by the pool: the connection has served a request before, so the server may have closed it since. */
  reused = false
  /** How the last request failed, if the connection did. */
  failure: Failure | null = null
  /** Called once when the connection becomes unusable for good. */
  onDead: (() => void) | null = null
  readonly #socket: Socket
  readonly #networkTimeoutMs: number
  #timeoutMs = 0
  /** Bytes of body that the server may leave unread when it refuses the request. */
  #leftUnreadMax = 0
  #bodySize = 0
  #command = 0
  #reader: AnswerReader | null = null
  #sender: BodySender | null = null
  #firstWriteTaken = false
  #onFree: (() => void) | null = null
  #forgetSignal: (() => void) | null = null
  #answerDeadline: NodeJS.Timeout | undefined
  #dead = false

  constructor(socket: Socket, address: string, networkTimeoutMs: number) {
    this.#socket = socket
    this.address = address
    this.#networkTimeoutMs = networkTimeoutMs
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('timeout', () => this.#fail(this.#error(`no progress for ${this.#timeoutMs} ms`), 'broken'))
    socket.on('end', () => this.#onLost(undefined))
    socket.on('error', (cause) => this.#onLost(cause))
    socket.on('close', () => this.#onLost(undefined))
  }

  /** True when the connection can take a request now. */
  get usable(): boolean {
    return !this.#dead && this.#reader === null
  }

  /**
   * Sends a request and collects its answer. Rejects with ServerError for a status other than 0, with ConnectionError,
   * with ProtocolError, or with what the body stream threw (RangeError when its length is not the declared one).
   */
  request(request: Request): Promise<Buffer> {
    const response = new WholeResponse(request.responseMax ?? RESPONSE_BYTES_MAX)
    this.#start(request, response)
    return response.body
  }

  /**
   * Sends a request whose answer is read as a stream. Rejects as `request` does; later failures destroy the stream with
   * a ConnectionError. `onFree` is called once, when the last byte has come or the request has failed.
   */
  download(request: Request, onFree: () => void): Promise<Download> {
    const control = {
      resume: () => this.#resumeReading(),
      cancel: () => this.#fail(this.#error('cancelled'), 'broken'),
    }
    const response = new StreamedResponse(control, request)
    this.#onFree = onFree
    this.#start(request, response)
    return response.download
  }

  /** An idle connection does not keep the process alive. */
  setIdle(idle: boolean): void {
    if (idle) this.#socket.unref()
    else this.#socket.ref()
  }

  /** Says QUIT when nothing is under way, else breaks off. */
  close(): void {
    if (this.usable) {
      this.#socket.end(encodeEmptyFrame(QUIT, 0))
      this.#socket.unref()
      this.#setDead()
    } else {
      this.#fail(this.#error('the connection was closed'), 'broken')
    }
  }

  #start(request: Request, receiver: ResponseReceiver): void {
    if (this.#reader !== null) throw new Error(`a request is still under way on the connection to ${this.address}`)
    this.#command = request.command
    this.#timeoutMs = request.timeoutMs ?? this.#networkTimeoutMs
    this.#bodySize = bodySize(request.body)
    this.#leftUnreadMax = request.bodyIsAlwaysRead === true ? 0 : this.#bodySize
    this.#reader = new AnswerReader(receiver)
    this.failure = null
    this.#forgetSignal = this.#obey(request.signal)
    if (request.signal?.aborted) this.#fail(asError(request.signal.reason), 'broken')
    else if (this.#dead) this.#finish('unsent', this.#error('the connection was lost before the request'))
    else this.#send(request).catch((error: unknown) => this.#fail(asError(error), 'broken'))
  }

  #obey(signal: AbortSignal | undefined): (() => void) | null {
    if (signal === undefined) return null
    const breakOff = () => this.#fail(asError(signal.reason), 'broken')
    signal.addEventListener('abort', breakOff)
    return () => signal.removeEventListener('abort', breakOff)
  }

  async #send({ command, status = 0, head, body, onProgress }: Request): Promise<void> {
    const front = Buffer.allocUnsafe(HEADER_SIZE + head.length)
    writeHeader(front, 0, { length: head.length + this.#bodySize, command, status })
    head.copy(front, HEADER_SIZE)
    this.#socket.setTimeout(this.#timeoutMs)
    if (body === undefined) this.#writeFirst(front)
    else if (!Buffer.isBuffer(body)) {
      this.#sender = new BodySender(this.#socket, body, { timeoutMs: this.#timeoutMs, onProgress })
      await this.#sender.run(() => this.#writeFirst(front))
    } else if (front.length + body.length <= SINGLE_WRITE_BYTES_MAX) {
      this.#writeFirst(Buffer.concat([front, body]))
      onProgress?.(body.length)
    } else {
      this.#writeFirst(front)
      this.#socket.write(body, (error) => {
        if (!error) onProgress?.(body.length)
      })
    }
  }

  #writeFirst(bytes: Buffer): void {
    this.#firstWriteTaken = false
    this.#socket.write(bytes, (error) => {
      if (!error) this.#firstWriteTaken = true
    })
  }

  #onData(chunk: Buffer): void {
    const reader = this.#reader
    if (this.#dead) return
    if (reader === null) {
      // Bytes that nobody asked for: whatever comes next cannot be told apart from an answer.
      this.#setDead()
      this.#socket.destroy()
      return
    }
    try {
      const hadHeader = reader.hasHeader
      const used = reader.take(chunk)
      if (reader.complete) this.#onAnswer(reader, used < chunk.length)
      else if (reader.full) this.#pauseReading()
      else if (!hadHeader && reader.hasHeader && !reader.isStreaming) this.#limitBody(reader)
    } catch (error) {
      this.#fail(asError(error), 'broken')
    }
  }

  #onAnswer(reader: AnswerReader, outOfSync: boolean): void {
    const { status } = reader
    const unsent = this.#sender?.unsent === true
    if (outOfSync || unsent || !this.#isInSyncAfter(status)) {
      this.#setDead()
      this.#socket.destroy()
    }
    if (status !== Status.OK) this.#finish(null, new ServerError(status, this.#command, this.address))
    else if (unsent)
      this.#finish('broken', new ProtocolError(`${this.address} answered before it had the whole request`))
    else this.#finish(null, undefined)
  }

  /** The header has come: the body has its time. */
  #limitBody(reader: AnswerReader): void {
    const allowedMs = Math.min(this.#timeoutMs + (reader.left / ANSWER_BYTES_PER_SECOND_MIN) * 1000, TIMER_MS_MAX)
    const tooSlow = () => this.#fail(this.#error(`no whole answer within ${Math.round(allowedMs)} ms`), 'broken')
    this.#answerDeadline = setTimeout(tooSlow, allowedMs)
  }

  #isInSyncAfter(status: number): boolean {
    if (status === Status.OK) return true
    return status !== Status.EINVAL && this.#leftUnreadMax <= REFUSED_BODY_BYTES_MAX
  }

  #onLost(cause: Error | undefined): void {
    if (this.#dead) return
    const unanswered = this.#firstWriteTaken ? 'unanswered' : 'unsent'
    this.#fail(this.#error('the connection was lost', cause), this.#reader?.started === true ? 'broken' : unanswered)
  }

  #fail(error: Error, failure: Failure): void {
    if (this.#dead) return
    this.#setDead()
    this.#socket.destroy()
    if (this.#reader !== null) this.#finish(failure, error)
  }

  /** The request is over, one way or the other. */
  #finish(failure: Failure | null, error: Error | undefined): void {
    const reader = this.#reader
    const onFree = this.#onFree
    this.#reader = null
    this.#onFree = null
    this.#forgetSignal?.()
    this.#forgetSignal = null
    clearTimeout(this.#answerDeadline)
    this.#sender?.stop()
    this.#sender = null
    this.failure = failure
    if (!this.#dead) this.#socket.setTimeout(0)
    if (error === undefined) reader?.receiver.end()
    else reader?.receiver.fail(error)
    onFree?.()
  }

  #setDead(): void {
    this.#dead = true
    this.onDead?.()
  }

  #pauseReading(): void {
    this.#socket.pause()
    this.#socket.setTimeout(0)
  }

  #resumeReading(): void {
    if (this.#reader === null || !this.#socket.isPaused()) return
    this.#socket.setTimeout(this.#timeoutMs)
    this.#socket.resume()
  }

  #error(problem: string, cause?: Error): ConnectionError {
    const message = `command ${this.#command} to ${this.address}: ${problem}`
    return cause === undefined
      ? new ConnectionError(message)
      : new ConnectionError(`${message} (${cause.message})`, { cause })
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
