import type { PortStreamOptions } from './port-stream.ts'

/** Bytes of a body, of which the main thread has had the beginning, that go from the socket into a file. */
export interface CarryOrder {
  readonly path: string
  /** Index of the store path that it lies in. */
  readonly storePath: number
  readonly position: number
  readonly length: number
}

/**
 * How carrying ended: `whole`; `broken` because the client is gone; `taken_over` because it was told to stop; `too_long` never, as the length
 * is known.
 */
export type CarriedHow = 'whole' | 'broken' | 'taken_over' | 'too_long'

/** What the main thread tells the thread that holds a connection. */
export type CarrierOrder =
  /** Nothing more of what the client sends is passed on by itself. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'goOn' }
  | ({ readonly kind: 'carry' } & CarryOrder)
  /** So many bytes of what was carried are accounted for. */
  | { readonly kind: 'accounted'; readonly size: number }
  /** What has come of the body is to be stored, and the carrying to end. */
  | { readonly kind: 'stop' }
  /** As `stop`, and the connection is to end. */
  | { readonly kind: 'drop' }

/** What that thread tells the main thread. */
export type CarrierNews =
  /** All bytes that are passed on lie before this. */
  | { readonly kind: 'held' }
  /** More bytes are in the file; with their CRC-32. */
  | { readonly kind: 'carried'; readonly size: number; readonly crc32: number }
  /** Nothing is written any more. `consumed`: bytes that the connection has lost with it, be they stored or not. */
  | {
      readonly kind: 'ended'
      readonly how: CarriedHow
      readonly consumed: number
      readonly error: { readonly message: string; readonly code: string | undefined } | null
    }
  /** The answer and the end of it are with the kernel. */
  | { readonly kind: 'flushed' }

/**
 * Until the head of a request is read nobody knows that its body is to be carried: so much of it at most comes to the main thread.
 */
const AHEAD_BYTES = 64 * 1024
/** Of the thread that holds the connection: it closes the port when nothing is carried. */
export const heldEnd: PortStreamOptions = { sendBytes: AHEAD_BYTES, autoDestroy: false }
/** Of the main thread. */
export const carriedEnd: PortStreamOptions = { receiveBytes: AHEAD_BYTES }
