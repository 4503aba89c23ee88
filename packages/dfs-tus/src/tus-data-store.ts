import type { Readable } from 'node:stream'
import { DataStore, Upload } from '@tus/utils'
import type { BodyCheck, NewPart, PartStatus, PartStore } from './part-store.ts'
import { UploadError } from './upload-error.ts'

/** The request that holds an upload's slot. Its body is read from the socket's own stream, see `DfsTusDataStore.write`. */
export interface ActiveRequest {
  part: NewPart
  body: Readable
  takeover: AbortController
  check: BodyCheck | undefined
}

/** A body that arrives again for an upload that has its beginning is read and dropped up to this size, then the connection is given up. */
const REPEATED_BODY_MAX = 16 * 1024 * 1024

/**
 * `@tus/server`'s view of a `PartStore`. The store is told which request is active for an upload, because the interface of `@tus/server`
 * passes an id alone, and because the body takes a shorter way: the library's own (web stream → PassThrough → limiter) costs about twice
 * the CPU of reading the request itself.
 */
export class DfsTusDataStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination', 'expiration', 'checksum']
  readonly #store: PartStore
  readonly #active = new Map<string, ActiveRequest>()

  constructor(store: PartStore) {
    super()
    this.#store = store
  }

  /** To be called while the slot of the upload is held. */
  enter(upl: string, request: ActiveRequest): void {
    this.#active.set(upl, request)
  }

  leave(upl: string): void {
    this.#active.delete(upl)
  }

  override async create(upload: Upload): Promise<Upload> {
    const { part } = this.#request(upload.id)
    const status = await this.#store.create(part)
    upload.creation_date = new Date(status.changedAtMs).toISOString()
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    return toUpload(await this.#store.status(id))
  }

  /** `_stream` is empty (see `createTusServer`): the body comes from the active request. */
  override async write(_stream: Readable, id: string, offset: number): Promise<number> {
    const request = this.#request(id)
    const status = await this.#store.status(id)
    if (status.offset !== offset) {
      // PATCH was checked before: this is a repeated POST with the beginning of the content. What is stored is not written again,
      // and the offset in the answer tells the client where to go on.
      await discardBody(request.body)
      return status.offset
    }
    const { body, takeover, check } = request
    return this.#store.write(
      id,
      offset,
      body,
      check ? { takeover: takeover.signal, check } : { takeover: takeover.signal },
    )
  }

  override async remove(id: string): Promise<void> {
    await this.#store.remove(id)
  }

  override getExpiration(): number {
    return this.#store.expiryMs
  }

  #request(id: string): ActiveRequest {
    const request = this.#active.get(id)
    if (request === undefined) throw new Error(`upload ${id} is used without its slot`)
    return request
  }
}

/** `creation_date` is the last change: `@tus/server` counts expiry from it, and a part that grows must not expire. */
function toUpload(status: PartStatus): Upload {
  const { upl, len, offset, changedAtMs } = status
  return new Upload({ id: upl, size: len, offset, creation_date: new Date(changedAtMs).toISOString() })
}

async function discardBody(body: Readable): Promise<void> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > REPEATED_BODY_MAX) {
      throw new UploadError('offset_conflict', 'the upload has bytes already: ask for its offset and go on from there')
    }
  }
}
