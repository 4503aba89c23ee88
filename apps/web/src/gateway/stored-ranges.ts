import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConnectionError, ServerError, Status } from '@cairn/dfs-core'
import { type ByteRange, HttpError, type RangeSource } from '@cairn/dfs-http'
import { readStored } from '../lib/read-stored.ts'

const RETRY_AFTER = { 'Retry-After': '5' }

/** Ranges of a stored file, read from the cluster no faster than the client takes them. */
export class StoredRanges implements RangeSource {
  readonly #fileId: string
  #opened: { range: ByteRange; chunks: AsyncIterable<Uint8Array> } | null = null

  constructor(fileId: string) {
    this.#fileId = fileId
  }

  /** Begins to read, so that what is not there is known before an answer begins. Throws HttpError. */
  async open(range: ByteRange): Promise<void> {
    const chunks = readStored(this.#fileId, range.start, range.end - range.start + 1)
    try {
      const first = await chunks.next()
      this.#opened = { range, chunks: first.done === true ? chunks : joined(first.value, chunks) }
    } catch (error) {
      throw asHttpError(error)
    }
  }

  async end(response: ServerResponse, range: ByteRange): Promise<boolean> {
    return await this.#send(response, range, true)
  }

  async send(response: ServerResponse, range: ByteRange): Promise<boolean> {
    return await this.#send(response, range, false)
  }

  async #send(response: ServerResponse, range: ByteRange, end: boolean): Promise<boolean> {
    if (this.#opened?.range !== range) await this.open(range)
    const chunks = this.#opened?.chunks ?? []
    this.#opened = null
    try {
      await pipeline(Readable.from(chunks, { objectMode: false }), response, { end })
      return true
    } catch (error) {
      if (response.destroyed) return false
      throw error
    }
  }
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

/** What the cluster said, in the words of the storages. */
export function asHttpError(error: unknown): unknown {
  if (error instanceof ServerError && error.status === Status.ENOENT) {
    return new HttpError(404, 'not_found', 'there is no such file')
  }
  if (error instanceof ConnectionError || error instanceof ServerError) {
    return new HttpError(503, 'unavailable', 'no storage that has this file answers', RETRY_AFTER)
  }
  return error
}
