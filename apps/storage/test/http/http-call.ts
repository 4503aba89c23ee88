import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  /** The body as JSON, {} when it is none. */
  json: Record<string, unknown>
}

export interface HttpCall {
  method?: string
  /** Sent as it is, so that a test can send paths that URL parsers would repair. */
  path: string
  headers?: Record<string, string>
  body?: Buffer | string
}

/** One request on a connection of its own. */
export function call(port: number, { method = 'GET', path, headers = {}, body }: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bytes,
          json: parse(response.headers, bytes),
        })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function parse(headers: IncomingHttpHeaders, body: Buffer): HttpAnswer['json'] {
  if (body.length === 0 || headers['content-type']?.startsWith('application/json') !== true) return {}
  return JSON.parse(body.toString('utf8')) as HttpAnswer['json']
}

export const TUS = { 'Tus-Resumable': '1.0.0' }
export const TUS_BODY = { ...TUS, 'Content-Type': 'application/offset+octet-stream' }

/** The tus requests of one upload with one ticket. */
export function tusCalls(port: number, upl: string, ticket: string) {
  const auth = { Authorization: `Bearer ${ticket}` }
  const path = `/files/${upl}`
  return {
    create: (length: number, headers: Record<string, string> = {}) =>
      call(port, {
        method: 'POST',
        path: '/files/',
        headers: { ...TUS, ...auth, 'Upload-Length': `${length}`, ...headers },
      }),
    createWith: (length: number, body: Buffer, headers: Record<string, string> = {}) =>
      call(port, {
        method: 'POST',
        path: '/files/',
        headers: { ...TUS_BODY, ...auth, 'Upload-Length': `${length}`, ...headers },
        body,
      }),
    patch: (offset: number, body: Buffer, headers: Record<string, string> = {}) =>
      call(port, {
        method: 'PATCH',
        path,
        headers: { ...TUS_BODY, ...auth, 'Upload-Offset': `${offset}`, ...headers },
        body,
      }),
    head: () => call(port, { method: 'HEAD', path, headers: { ...TUS, ...auth } }),
    end: () => call(port, { method: 'DELETE', path, headers: { ...TUS, ...auth } }),
    receipt: () => call(port, { path: `${path}/receipt`, headers: auth }),
  }
}

/** The receipt of a complete upload: the poll for it is answered when it is finished, or after a moment. */
export async function receiptOf(calls: Pick<ReturnType<typeof tusCalls>, 'receipt'>): Promise<string> {
  for (;;) {
    const { status, json } = await calls.receipt()
    if (status === 200) return String(json['receipt'])
    if (status !== 202) throw new Error(`the receipt was answered ${status}`)
  }
}

/** The receipt in the answer to the last byte of an upload, which waits a second for it, or the one of a poll. */
export async function receiptIn({ headers }: HttpAnswer, calls: Parameters<typeof receiptOf>[0]): Promise<string> {
  return String(headers['cairn-receipt'] ?? (await receiptOf(calls)))
}
