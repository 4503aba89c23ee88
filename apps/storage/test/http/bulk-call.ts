import { call, type HttpAnswer } from './http-call.ts'
import { newUploadId, type WebKeys } from './web-storage.ts'

export const BULK_TYPE = { 'Content-Type': 'application/vnd.cairn.files' }

export interface BulkFile {
  upl: string
  ticket: string
  content: Buffer
}

/** A file with a good ticket, unless `fields` say otherwise. */
export function bulkFile(
  web: WebKeys,
  content: Buffer,
  fields: Parameters<WebKeys['upload']>[0] | object = {},
): BulkFile {
  const upl = newUploadId()
  return { upl, content, ticket: web.upload({ upl, len: content.length, ...fields }) }
}

/** Written by hand from docs/storage-http.md: u16 length of the ticket, u32 length of the content, ticket, content. */
export function bulkBody(files: readonly Pick<BulkFile, 'ticket' | 'content'>[]): Buffer {
  return Buffer.concat(
    files.flatMap(({ ticket, content }) => {
      const head = Buffer.alloc(6)
      head.writeUInt16BE(ticket.length, 0)
      head.writeUInt32BE(content.length, 2)
      return [head, Buffer.from(ticket), content]
    }),
  )
}

interface Line {
  upl: string | null
  receipt?: string | null
  status?: number
  code?: string
}

export function linesOf({ body }: HttpAnswer): Line[] {
  return body
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Line)
}

export function sendBulk(port: number, body: Buffer, headers: Record<string, string> = BULK_TYPE): Promise<HttpAnswer> {
  return call(port, { method: 'POST', path: '/files/bulk', headers, body })
}
