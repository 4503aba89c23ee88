import { HEADER_SIZE, writeHeader } from '@cairn/dfs-core'
import type { ResponseReader, WireRequest } from './lane.ts'

const UPLOAD_FILE = 11
const DELETE_FILE = 12
const DOWNLOAD_FILE = 14
const ACTIVE_TEST = 111
const QUERY_STORE = 101

/** The fixed part of an UPLOAD_FILE request for a body of `size` bytes (client protocol §4.1). */
export function uploadRequest(size: number, chunk: Buffer): WireRequest {
  const head = Buffer.alloc(HEADER_SIZE + 15)
  writeHeader(head, 0, { length: 15 + size, command: UPLOAD_FILE, status: 0 })
  head.writeInt8(0, HEADER_SIZE)
  head.writeBigInt64BE(BigInt(size), HEADER_SIZE + 1)
  head.write('bin', HEADER_SIZE + 9, 'latin1')
  if (chunk.length === size) return { head: Buffer.concat([head, chunk]) }
  return { head, body: chunk, bodyRepeat: size / chunk.length }
}

/** A DOWNLOAD_FILE request for the whole file (client protocol §4.8). */
export function downloadRequest(fileId: string): WireRequest {
  const slash = fileId.indexOf('/')
  const name = fileId.slice(slash + 1)
  const head = Buffer.alloc(HEADER_SIZE + 32 + name.length)
  writeHeader(head, 0, { length: 32 + name.length, command: DOWNLOAD_FILE, status: 0 })
  head.write(fileId.slice(0, slash), HEADER_SIZE + 16, 'latin1')
  head.write(name, HEADER_SIZE + 32, 'latin1')
  return { head }
}

/** A DELETE_FILE request (client protocol §4.7). */
export function deleteRequest(fileId: string): WireRequest {
  const slash = fileId.indexOf('/')
  const name = fileId.slice(slash + 1)
  const head = Buffer.alloc(HEADER_SIZE + 16 + name.length)
  writeHeader(head, 0, { length: 16 + name.length, command: DELETE_FILE, status: 0 })
  head.write(fileId.slice(0, slash), HEADER_SIZE, 'latin1')
  head.write(name, HEADER_SIZE + 16, 'latin1')
  return { head }
}

/** QUERY_STORE without a group: where to upload to. Asked of a tracker. */
export const queryStoreRequest = emptyRequest(QUERY_STORE)
/** ACTIVE_TEST: answered by every server. */
export const activeTestRequest = emptyRequest(ACTIVE_TEST)

function emptyRequest(command: number): WireRequest {
  const head = Buffer.alloc(HEADER_SIZE)
  writeHeader(head, 0, { length: 0, command, status: 0 })
  return { head }
}

const EMPTY = Buffer.alloc(0)
const WORD = 2 ** 32

/** Counts a response's bytes by its header; keeps small bodies (file IDs), only counts large ones. */
export class FrameReader implements ResponseReader {
  /** −1 until the header is whole. */
  #left = -1
  /** Of a header or a small body: what has arrived. */
  #small = EMPTY
  readonly #onBody: ((body: Buffer) => void) | undefined
  readonly #sizeWanted: number | undefined

  constructor(options: { onBody?: (body: Buffer) => void; sizeWanted?: number }) {
    this.#onBody = options.onBody
    this.#sizeWanted = options.sizeWanted
  }

  begin(): void {
    this.#left = -1
    this.#small = EMPTY
  }

  feed(buffer: Buffer, length: number): boolean {
    if (this.#left >= 0) return this.#take(buffer, 0, length)
    if (this.#small.length === 0 && length >= HEADER_SIZE) return this.#start(buffer, length)
    this.#small = Buffer.concat([this.#small, buffer.subarray(0, length)])
    if (this.#small.length < HEADER_SIZE) return false
    const whole = this.#small
    this.#small = EMPTY
    return this.#start(whole, whole.length)
  }

  #start(buffer: Buffer, length: number): boolean {
    const status = buffer.readInt8(9)
    if (status !== 0) throw new Error(`the server answered status ${status}`)
    this.#left = buffer.readUInt32BE(0) * WORD + buffer.readUInt32BE(4)
    if (this.#sizeWanted !== undefined && this.#left !== this.#sizeWanted) {
      throw new Error(`the server sent ${this.#left} bytes instead of ${this.#sizeWanted}`)
    }
    return this.#take(buffer, HEADER_SIZE, length)
  }

  #take(buffer: Buffer, from: number, to: number): boolean {
    this.#left -= to - from
    if (this.#onBody) this.#small = Buffer.concat([this.#small, buffer.subarray(from, to)])
    if (this.#left > 0) return false
    this.#onBody?.(this.#small)
    return true
  }
}

/** Group and name of an upload's answer, as a file ID. */
export function fileIdOf(body: Buffer): string {
  const group = body.toString('latin1', 0, 16).replace(/\0+$/, '')
  return `${group}/${body.toString('latin1', 16)}`
}
