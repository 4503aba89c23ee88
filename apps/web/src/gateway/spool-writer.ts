import { addressOf } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import type { Member } from '../lib/address-book.ts'
import { db } from '../lib/db.ts'
import { dfs } from '../lib/dfs.ts'
import { makeFile } from './make-file.ts'
import { recordStored } from './upload-rows.ts'

/** A storage rolls a broken append back: so much is sent again at most. */
const PIECE_BYTES = 4 * 1024 * 1024
/** Content up to this size that comes in one request is stored at once, without a spool. */
const WHOLE_BYTES_MAX = 8 * 1024 * 1024

interface Piece {
  /** Bytes. */
  size: number
  chunks: readonly Buffer[]
}

/**
 * Brings the bytes of one request into the cluster: small content that is whole as its file, all else behind the end of
 * the upload's spool, an appender file. One piece is on its way while the next is gathered.
 */
export class SpoolWriter {
  /** An append or an upload failed, and not the source of the bytes. */
  hasFailed = false
  readonly #upload: SpooledUpload
  readonly #member: Member
  readonly #isWholePossible: boolean
  #spool: string | null
  /** Where the bytes that are gathered belong. */
  #offset: number
  #gathered: Buffer[] = []
  #gatheredBytes = 0
  #sending: Promise<void> = Promise.resolve()

  constructor(upload: SpooledUpload, member: Member, offset: number) {
    this.#upload = upload
    this.#member = member
    this.#offset = offset
    this.#spool = upload.spool
    this.#isWholePossible = offset === 0 && upload.spool === null && !upload.deferred && upload.size <= WHOLE_BYTES_MAX
  }

  async add(chunk: Buffer): Promise<void> {
    if (this.#offset + this.#gatheredBytes + chunk.length > this.#upload.size) {
      throw new UploadError('too_large', 'the body is longer than what the upload still lacks')
    }
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.length
    if (!this.#isWholePossible && this.#gatheredBytes >= PIECE_BYTES) await this.#sendPiece()
  }

  /** Stores what is gathered. Resolves with the upload's offset. */
  async flush(): Promise<number> {
    if (this.#isWholePossible && BigInt(this.#gatheredBytes) === this.#upload.size) await this.#sendWhole()
    while (this.#gatheredBytes > 0) await this.#sendPiece()
    await this.#watched(this.#sending)
    return this.#offset
  }

  async #sendPiece(): Promise<void> {
    await this.#watched(this.#sending)
    const piece = this.#takePiece()
    this.#gatheredBytes -= piece.size
    this.#offset += piece.size
    this.#sending = this.#append(piece)
    // It is awaited before the next one; until then nobody else hears of a failure.
    this.#sending.catch(() => undefined)
  }

  /** At least one chunk, and no more than a piece may have. */
  #takePiece(): Piece {
    let [size, count] = [0, 0]
    for (const chunk of this.#gathered) {
      if (count > 0 && size + chunk.length > PIECE_BYTES) break
      size += chunk.length
      count += 1
    }
    return { size, chunks: this.#gathered.splice(0, count) }
  }

  async #append({ size, chunks }: Piece): Promise<void> {
    const storage = dfs().storage(addressOf(this.#member))
    if (this.#spool !== null) {
      await storage.appendFile(this.#spool, { stream: inOrder(chunks), size })
      return
    }
    this.#spool = await storage.uploadAppender({ stream: inOrder(chunks), size }, { ext: this.#upload.ext })
    const { upl, epoch } = this.#upload
    const where = { upl, epoch, state: 'open', spool: null }
    const { count } = await db().spooledUpload.updateMany({ where, data: { spool: this.#spool } })
    if (count > 0) return
    await storage.deleteFile(this.#spool)
    throw new UploadError('superseded', `upload ${upl} went on elsewhere meanwhile`)
  }

  async #sendWhole(): Promise<void> {
    const content = this.#gathered
    this.#gathered = []
    this.#offset += this.#gatheredBytes
    this.#gatheredBytes = 0
    this.#sending = storeWhole(this.#upload, this.#member, content)
    await this.#watched(this.#sending)
  }

  async #watched(sending: Promise<void>): Promise<void> {
    try {
      await sending
    } catch (error) {
      this.hasFailed = true
      throw error
    }
  }
}

async function storeWhole(upload: SpooledUpload, member: Member, content: readonly Buffer[]): Promise<void> {
  const file = await makeFile(upload, member, inOrder(content))
  if (!(await recordStored(upload, file))) {
    throw new UploadError('superseded', `upload ${upload.upl} went on elsewhere meanwhile`)
  }
}

async function* inOrder(content: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* content
}
