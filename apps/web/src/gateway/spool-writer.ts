import { addressOf } from '@cairn/dfs-core'
import { UploadError } from '@cairn/dfs-tus'
import type { SpooledUpload } from '../generated/prisma/client.ts'
import type { Member } from '../lib/address-book.ts'
import { db } from '../lib/db.ts'
import { dfs } from '../lib/dfs.ts'
import { makeFile } from './make-file.ts'
import type { RequestMemory } from './spool-memory.ts'
import { recordStored } from './upload-rows.ts'

/** A storage rolls a broken append back: so much is sent again at most. */
const PIECE_BYTES = 4 * 1024 * 1024
/** Content up to this size that comes in one request is stored at once, without a spool, while there is memory for it. */
const WHOLE_BYTES_MAX = 8 * 1024 * 1024

interface Piece {
  /** Bytes. */
  size: number
  chunks: readonly Buffer[]
}

interface SpoolWriterOptions {
  upload: SpooledUpload
  member: Member
  /** Where the bytes of the request belong. */
  offset: number
  memory: RequestMemory
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
  readonly #memory: RequestMemory
  /** All of it is kept until it is whole. */
  readonly #isReserved: boolean
  #spool: string | null
  /** Where the bytes that are gathered belong. */
  #offset: number
  #gathered: Buffer[] = []
  #gatheredBytes = 0
  #sending: Promise<void> = Promise.resolve()

  constructor({ upload, member, offset, memory }: SpoolWriterOptions) {
    this.#upload = upload
    this.#member = member
    this.#memory = memory
    this.#offset = offset
    this.#spool = upload.spool
    const isWholePossible = offset === 0 && upload.spool === null && !upload.deferred && upload.size <= WHOLE_BYTES_MAX
    this.#isReserved = isWholePossible && memory.reserve(Number(upload.size))
  }

  async add(chunk: Buffer): Promise<void> {
    if (this.#offset + this.#gatheredBytes + chunk.length > this.#upload.size) {
      throw new UploadError('too_large', 'the body is longer than what the upload still lacks')
    }
    if (!this.#isReserved) await this.#makeRoom(chunk.length)
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.length
    const isPiece = this.#gatheredBytes >= Math.min(PIECE_BYTES, this.#memory.piece)
    if (isPiece && !this.#isReserved) await this.#sendPiece()
  }

  /** Stores what is gathered. Resolves with the upload's offset. */
  async flush(): Promise<number> {
    if (this.#isReserved && BigInt(this.#gatheredBytes) === this.#upload.size) await this.#sendWhole()
    while (this.#gatheredBytes > 0) await this.#sendPiece()
    await this.#watched(this.#sending)
    return this.#offset
  }

  async #makeRoom(bytes: number): Promise<void> {
    if (this.#memory.hold(bytes)) return
    if (this.#gatheredBytes > 0) {
      await this.#sendPiece()
      if (this.#memory.hold(bytes)) return
    }
    await this.#watched(this.#sending)
    // Now nothing is held, and a chunk is less than what everyone may have.
    this.#memory.hold(bytes)
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

  async #append(piece: Piece): Promise<void> {
    await this.#store(piece)
    this.#memory.release(piece.size)
  }

  async #store({ size, chunks }: Piece): Promise<void> {
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
