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
import { PIECE_FRONT, type PieceBuffers } from './piece-buffers.ts'

export interface BuddyLinkOptions {
  pool: ConnectionPool
  group: string
  storageId: string
  /** A member that takes less than a piece in this time is one that does not answer. */
  answerMs: number
  /** Breaks off what is under way. */
  signal: AbortSignal
}

export interface ShippedPlace {
  upl: string
  ep: number
  offset: number
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

  /** Makes the copy where there is none. Resolves with the bytes that are there now. */
  open(place: ShippedPlace, about: AboutPart): Promise<number> {
    const told = { ...keyOf(place), offset: place.offset, crc32: 0, about: encodeAboutPart(about), data: NOTHING }
    return this.#write(storageCommands.partWrite.request.encode(told))
  }

  /** Puts in front of the `size` bytes of a piece what is to be said of them. */
  prepare(place: ShippedPlace, piece: Buffer, size: number): void {
    const data = piece.subarray(PIECE_FRONT, PIECE_FRONT + size)
    const told = { ...keyOf(place), offset: place.offset, crc32: crc32(data), about: NOTHING, data }
    storageCommands.partWrite.request.write(told, piece, 0)
  }

  /** Sends a prepared piece. Resolves with the bytes that are there now. */
  send(piece: Buffer, size: number): Promise<number> {
    return this.#write(piece.subarray(0, PIECE_FRONT), piece.subarray(PIECE_FRONT, PIECE_FRONT + size))
  }

  async #write(head: Buffer, body?: Buffer): Promise<number> {
    const row = storageCommands.partWrite
    return row.response.decode(await this.#send(row.code, head, body)).offset
  }

  async commit({ upl, ep, fid, at, ct, sha256, head, size, crc32: crc }: FinishedUpload): Promise<void> {
    const row = storageCommands.partCommit
    const request = row.request.encode({
      ...keyOf({ upl, ep }),
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
    await this.#send(row.code, row.request.encode(keyOf({ upl, ep })))
  }

  /** With a timer of its own: Node.js 20 forgets a signal of `AbortSignal.timeout` that only `AbortSignal.any` refers to. */
  async #send(command: number, head: Buffer, body?: Buffer): Promise<Buffer> {
    const { pool, signal: stop, answerMs } = this.#options
    const broken = new AbortController()
    const onStop = () => broken.abort(stop.reason)
    stop.addEventListener('abort', onStop)
    if (stop.aborted) onStop()
    const timer = setTimeout(() => broken.abort(new Error(`no answer within ${answerMs} ms`)), answerMs)
    try {
      const request = { command, head, ...(body && { body }), signal: broken.signal, bodyIsAlwaysRead: true }
      return await pool.request(this.#address, request)
    } finally {
      clearTimeout(timer)
      stop.removeEventListener('abort', onStop)
    }
  }
}

function keyOf({ upl, ep }: { upl: string; ep: number }) {
  return { uploadId: Buffer.from(upl, 'hex'), epoch: ep }
}
