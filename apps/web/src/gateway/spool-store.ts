import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { UploadError } from '@cairn/dfs-tus'
import { DataStore, Upload } from '@tus/server'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import { db } from '../lib/db.ts'
import { endSpooledUploads, KEPT_MS, offsetAt } from '../lib/spooled-uploads.ts'
import { checkedBody, untilRefused } from './checked-body.ts'
import { currentUpload } from './current-upload.ts'
import { type RequestMemory, SpoolMemory } from './spool-memory.ts'
import { SpoolWriter } from './spool-writer.ts'
import { asUploadError, memberOf } from './upload-failure.ts'
import { forgetLost, openUpload, setLength } from './upload-rows.ts'

/** Where the bytes of a request belong, and where they are until then. */
interface Place {
  upl: string
  offset: number
  memory: RequestMemory
}

/**
 * Uploads of @tus/server that grow in the cluster itself, each an appender file: this process may end at any time, and
 * the next one asks the storage how far an upload is. Tickets and epochs are checked before a request comes here.
 */
export class SpoolStore extends DataStore {
  override extensions = [
    'creation',
    'creation-with-upload',
    'creation-defer-length',
    'expiration',
    'checksum',
    'checksum-trailer',
    'termination',
  ]
  readonly #onComplete: () => void
  readonly #memory = new SpoolMemory()
  /** Writes whose end nobody waits for any more, because their client is gone: the next request of the upload does. */
  readonly #writing = new Map<string, Promise<void>>()

  /** `onComplete`: an upload has all its bytes, and its file is to be made. */
  constructor(onComplete: () => void) {
    super()
    this.#onComplete = onComplete
  }

  override getExpiration(): number {
    return KEPT_MS
  }

  override async create(upload: Upload): Promise<Upload> {
    const { sizeIsDeferred: isDeferred, metadata = {} } = upload
    await openUpload(currentUpload().ticket, { isDeferred, metadata })
    return upload
  }

  override declareUploadLength(upl: string, length: number): Promise<void> {
    return setLength(upl, length)
  }

  override async getUpload(upl: string): Promise<Upload> {
    await this.#writing.get(upl)
    const row = await rowOf(upl)
    const offset = await reaching(async () => offsetAt(await memberOf(row), row))
    const isLost = offset === 0 && row.spool !== null && row.state === 'open'
    if (isLost) await forgetLost(row)
    if (isLost) throw new UploadError('not_found', 'the storage does not have the beginning of this any more')
    if (isWhole(row, offset)) await this.#complete(row)
    return new Upload({ id: upl, offset, ...factsOf(row) })
  }

  override async write(body: Readable, upl: string, offset: number): Promise<number> {
    await this.#writing.get(upl)
    const writing = this.#memory.during((memory) => this.#write(body, { upl, offset, memory }))
    // Whoever sent the request is told how it ends; the next one only waits.
    const settled = Promise.allSettled([writing]).then(() => {
      if (this.#writing.get(upl) === settled) this.#writing.delete(upl)
    })
    this.#writing.set(upl, settled)
    return await writing
  }

  override async remove(upl: string): Promise<void> {
    await this.#writing.get(upl)
    const { state } = await rowOf(upl)
    if (state === 'stored') throw new UploadError('upload_finished', 'the file belongs to the drive')
    await endSpooledUploads([upl])
  }

  async #write(body: Readable, { upl, offset, memory }: Place): Promise<number> {
    const { check } = currentUpload()
    const row = await rowOf(upl)
    const isRepeated = row.state !== 'open' || (offset === 0 && row.spool !== null)
    const member = isRepeated ? null : await memberOf(row)
    // Last: from here on somebody reads it to its end, which closes the file that its bytes wait in.
    const content = check === undefined ? body : await checkedBody(body, check, Number(row.size) - offset)
    if (member === null) return await this.#drop(content, row)
    const writer = new SpoolWriter({ upload: row, member, offset, memory })
    let breakOff: unknown
    try {
      const chunks = content === body ? untilRefused(body) : content
      for await (const chunk of chunks) await writer.add(chunk)
    } catch (error) {
      if (writer.hasFailed) throw asUploadError(error)
      breakOff = error
    }
    const stored = await reaching(() => writer.flush())
    await this.#noteProgress(row, stored)
    if (breakOff !== undefined) throw breakOff
    return stored
  }

  /** A creation that is repeated with its body finds bytes there: they are not written again. */
  async #drop(body: Readable, row: SpooledUpload): Promise<number> {
    body.resume()
    await finished(body)
    return await reaching(async () => offsetAt(await memberOf(row), row))
  }

  async #noteProgress({ upl }: SpooledUpload, offset: number): Promise<void> {
    const row = await rowOf(upl)
    if (isWhole(row, offset)) await this.#complete(row)
    else await db().spooledUpload.updateMany({ where: { upl }, data: { changedAt: new Date() } })
  }

  async #complete({ upl, spool }: SpooledUpload): Promise<void> {
    const where = { upl, spool, state: 'open' }
    const now = new Date()
    await db().spooledUpload.updateMany({ where, data: { state: 'complete', notBefore: now, changedAt: now } })
    this.#onComplete()
  }
}

function isWhole({ state, deferred, size }: SpooledUpload, offset: number): boolean {
  return state === 'open' && !deferred && size === BigInt(offset)
}

/** What a client may know of its upload. One that is complete never expires: it waits for its owner. */
function factsOf({ state, deferred, size, changedAt, metadata }: SpooledUpload) {
  const said = metadata as Record<string, string | null>
  return {
    ...(!deferred && { size: Number(size) }),
    ...(Object.keys(said).length > 0 && { metadata: said }),
    ...(state === 'open' && { creation_date: changedAt.toISOString() }),
  }
}

async function rowOf(upl: string): Promise<SpooledUpload> {
  const row = await db().spooledUpload.findUnique({ where: { upl } })
  if (row === null) throw new UploadError('not_found', 'there is no such upload')
  if (row.state === 'ended') throw new UploadError('gone', `upload ${upl} was given up`)
  return row
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asUploadError(error)
  }
}
