import {
  type AboutPart,
  type ConnectionPool,
  crc32,
  encodeAboutPart,
  formatAddress,
  splitFileId,
  storageCommands,
} from '@cairn/dfs-core'
import type { Member } from '../engine/members.ts'
import type { FinishedUpload } from '../parts/ledger-line.ts'
import type { PieceBuffers } from './piece-buffers.ts'

export interface BuddyLinkOptions {
  pool: ConnectionPool
  group: string
  storageId: string
  /** A member that takes less than a piece in this time is one that does not answer. */
  answerMs: number
  /** Breaks off what is under way. */
  signal: AbortSignal
}

export interface ShippedBytes {
  upl: string
  ep: number
  offset: number
  data: Buffer
  about: AboutPart | null
}

const NOTHING = Buffer.alloc(0)

/** The commands 200 to 203 of one other member. They reject as `ConnectionPool.request` does. */
export class BuddyLink {
  readonly id: string
  /** For all that is sent to this member. */
  readonly buffers: PieceBuffers
  readonly #address: string
  readonly #options: BuddyLinkOptions

  constructor(member: Member, buffers: PieceBuffers, options: BuddyLinkOptions) {
    this.id = member.id
    this.buffers = buffers
    this.#address = formatAddress(member.ip, member.port)
    this.#options = options
  }

  /** ServerError EINVAL from a C storage, and from a member of another group. */
  async hello(): Promise<void> {
    const { group, storageId: id } = this.#options
    const row = storageCommands.hello
    row.response.decode(await this.#send(row.code, row.request.encode({ group, id })))
  }

  /** Resolves with the bytes that are there now. */
  async write({ upl, ep, offset, data, about }: ShippedBytes): Promise<number> {
    const row = storageCommands.partWrite
    const key = { uploadId: Buffer.from(upl, 'hex'), epoch: ep }
    const told = about === null ? NOTHING : encodeAboutPart(about)
    const frame = row.request.encode({ ...key, offset, crc32: crc32(data), about: told, data })
    return row.response.decode(await this.#send(row.code, frame)).offset
  }

  async commit({ upl, ep, fid, at, ct, sha256, head, size, crc32: crc }: FinishedUpload): Promise<void> {
    const row = storageCommands.partCommit
    const request = row.request.encode({
      uploadId: Buffer.from(upl, 'hex'),
      epoch: ep,
      size,
      crc32: crc,
      sha256: Buffer.from(sha256, 'hex'),
      head: Buffer.from(head, 'hex'),
      timestamp: at,
      name: splitFileId(fid).logicName,
      contentType: ct,
    })
    await this.#send(row.code, request)
  }

  async drop(upl: string, ep: number): Promise<void> {
    const row = storageCommands.partDrop
    await this.#send(row.code, row.request.encode({ uploadId: Buffer.from(upl, 'hex'), epoch: ep }))
  }

  /** With a timer of its own: Node.js 20 forgets a signal of `AbortSignal.timeout` that only `AbortSignal.any` refers to. */
  async #send(command: number, head: Buffer): Promise<Buffer> {
    const { pool, signal: stop, answerMs } = this.#options
    const broken = new AbortController()
    const onStop = () => broken.abort(stop.reason)
    stop.addEventListener('abort', onStop)
    if (stop.aborted) onStop()
    const timer = setTimeout(() => broken.abort(new Error(`no answer within ${answerMs} ms`)), answerMs)
    try {
      return await pool.request(this.#address, { command, head, signal: broken.signal, bodyIsAlwaysRead: true })
    } finally {
      clearTimeout(timer)
      stop.removeEventListener('abort', onStop)
    }
  }
}
