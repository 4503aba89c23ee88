import type { RequestBody } from './request-body.ts'

/** What any operation can be given: see `DfsClient.with`. */
export interface CallOptions {
  /** Breaks the operation off: it rejects with the signal's reason, and its connection is closed. */
  readonly signal?: AbortSignal
  /** Called with the bytes of content that have been sent, or received, in all so far. */
  readonly onProgress?: (bytes: number) => void
}

export interface Timeouts {
  readonly connectTimeoutMs: number
  /** Silence while bytes are being sent or awaited. A slow source or a slow reader on our side does not count. */
  readonly networkTimeoutMs: number
  /** Our end of the connection: servers of a cluster without storage ids know a storage by it. */
  readonly localAddress?: string
}

/** One request on the wire: a frame whose body is `head` followed by `body`. */
export interface Request extends CallOptions {
  readonly command: number
  /** The header's status byte; 0 but for the few commands that use it. */
  readonly status?: number
  readonly head: Buffer
  readonly body?: RequestBody
  /** Bytes of the answer that are accepted; default 4 MiB, and any number when it is read as a stream. */
  readonly responseMax?: number
  /** Instead of `networkTimeoutMs`, for commands that work long before they answer. */
  readonly timeoutMs?: number
  /**
   * The server reads the whole body whatever it answers, as storages do with what other storages send them (internals
   * §4.4): the connection stays usable after a refusal.
   */
  readonly bodyIsAlwaysRead?: boolean
}
