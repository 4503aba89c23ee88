import type { ResponseReader, WireRequest } from './lane.ts'

/** A whole file in one tus request: creation-with-upload, as the browser sends small files. */
export function tusUploadRequest(options: { host: string; ticket: string; size: number; chunk: Buffer }): WireRequest {
  const { host, ticket, size, chunk } = options
  const head = Buffer.from(
    `POST /files/ HTTP/1.1\r\nHost: ${host}\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer ${ticket}\r\n` +
      `Upload-Length: ${size}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: ${size}\r\n\r\n`,
  )
  return { head, body: chunk, bodyRepeat: size / chunk.length }
}

/** A whole file by GET on a keep-alive connection. */
export function getRequest(options: { host: string; fileId: string; ticket: string }): WireRequest {
  return { head: Buffer.from(`GET /${options.fileId}?t=${options.ticket} HTTP/1.1\r\nHost: ${options.host}\r\n\r\n`) }
}

/** Reads responses that carry Content-Length (or none, with 204); checks the status and, when asked, the size. */
export class HttpReader implements ResponseReader {
  #left = -1
  #head = ''
  readonly #status: number
  readonly #sizeWanted: number | undefined

  constructor(options: { status: number; sizeWanted?: number }) {
    this.#status = options.status
    this.#sizeWanted = options.sizeWanted
  }

  begin(): void {
    this.#left = -1
    this.#head = ''
  }

  feed(buffer: Buffer, received: number): boolean {
    if (this.#left >= 0) {
      this.#left -= received
      return this.#left <= 0
    }
    this.#head += buffer.toString('latin1', 0, received)
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return false
    const head = this.#head.slice(0, end)
    const status = Number(head.slice(9, 12))
    if (status !== this.#status) throw new Error(`the server answered ${this.#head.slice(0, 400)}`)
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    if (this.#sizeWanted !== undefined && length !== this.#sizeWanted) {
      throw new Error(`the server sent ${length} bytes instead of ${this.#sizeWanted}`)
    }
    this.#left = length - (this.#head.length - end - 4)
    return this.#left <= 0
  }
}
