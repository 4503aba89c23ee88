import { ProtocolError, Status } from '../errors.ts'
import type { Fields, Layout, StructLayout, ValueOf } from './layout.ts'
import { struct } from './layout.ts'

/** One row of a command table. */
export interface Command<Q, R> {
  readonly code: number
  /** FastDFS's name of the command. */
  readonly name: string
  readonly request: Layout<Q>
  /** Body of a response with status 0; any other status has no body. */
  readonly response: Layout<R>
}

/**
 * A command whose request ends with content of any length. `request` is only the head in front of the content,
 * and the head's field `stream` says how many bytes of content follow it.
 */
export interface StreamedCommand<Q, R, K extends keyof Q = keyof Q> extends Command<Q, R> {
  readonly request: StructLayout<Q>
  readonly stream: K
}

type Body = Fields | Layout<unknown>

type LayoutFor<B extends Body> = B extends Layout<unknown> ? B : B extends Fields ? StructLayout<ValueOf<B>> : never

function toLayout<B extends Body>(label: string, body: B): LayoutFor<B> {
  const isLayout = typeof body['decode'] === 'function'
  return (isLayout ? body : struct(label, body as Fields)) as LayoutFor<B>
}

/** A row; `request` and `response` are the fields of the body, or a layout that is shared. */
export function command<const Q extends Body, const R extends Body>(
  code: number,
  name: string,
  request: Q,
  response: R,
) {
  return {
    code,
    name,
    request: toLayout(`${name} request`, request),
    response: toLayout(`${name} response`, response),
  }
}

/** A row of a streamed command: the fields in front of the content, and which of them is the content's size. */
export function streamedCommand<const Q extends Fields, const K extends keyof ValueOf<Q>, const R extends Body>(
  code: number,
  name: string,
  request: { readonly head: Q; readonly stream: K },
  response: R,
) {
  return {
    code,
    name,
    request: struct(`${name} request`, request.head),
    stream: request.stream,
    response: toLayout(`${name} response`, response),
  }
}

/** The head of a streamed request, and where its content lies in the body. */
export interface StreamHead<Q> {
  readonly value: Q
  /** Bytes of the body in front of the content. */
  readonly headSize: number
  /** Bytes of content. */
  readonly contentSize: number
}

/**
 * Reads the head of a streamed request of `bodyLength` bytes from `front`, its first bytes: all of them, or at least
 * `command.request.sizeMax`. ProtocolError when the announced size is negative or does not end with the body.
 * `status` is the request's status byte: SYNC_CREATE and SYNC_UPDATE with EEXIST announce a size but send no content
 * (internals §4.3).
 */
export function decodeStreamHead<Q>(
  row: StreamedCommand<Q, unknown>,
  front: Buffer,
  bodyLength: number,
  status: number = Status.OK,
): StreamHead<Q> {
  const { value, size: headSize } = row.request.decodeHead(front)
  const announced = value[row.stream] as number
  const contentSize = status === Status.OK ? announced : 0
  if (announced < 0 || headSize + contentSize !== bodyLength) {
    throw new ProtocolError(
      `${row.name}: ${announced} bytes of content announced, ${bodyLength - headSize} in the body`,
    )
  }
  return { value, headSize, contentSize }
}
