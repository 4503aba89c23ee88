import { request as httpRequest } from 'node:http'
import { call, type HttpAnswer, TUS, TUS_BODY } from './http-call.ts'

/** The requests for segments of one upload, with the ticket of the upload. */
export function segmentCalls(port: number, upl: string, ticket: string) {
  const auth = { Authorization: `Bearer ${ticket}` }
  const pathOf = (off: number) => `/files/${upl}.${off}`
  const created = (off: number, length: number) => ({
    ...auth,
    'Upload-Concat': 'partial',
    'Upload-Segment': `${off}`,
    'Upload-Length': `${length}`,
  })
  return {
    create: (off: number, body: Buffer, headers: Record<string, string> = {}) =>
      call(port, {
        method: 'POST',
        path: '/files',
        headers: { ...TUS_BODY, ...created(off, body.length), ...headers },
        body,
      }),
    createEmpty: (off: number, length: number) =>
      call(port, { method: 'POST', path: '/files', headers: { ...TUS, ...created(off, length) } }),
    /** Its body is sent piece by piece. */
    begin: (off: number, length: number) =>
      openRequest(port, {
        method: 'POST',
        path: '/files',
        headers: { ...TUS_BODY, ...created(off, length), 'Content-Length': `${length}` },
      }),
    patch: (off: number, offset: number, body: Buffer, headers: Record<string, string> = {}) =>
      call(port, {
        method: 'PATCH',
        path: pathOf(off),
        headers: { ...TUS_BODY, ...auth, 'Upload-Offset': `${offset}`, ...headers },
        body,
      }),
    head: (off: number) => call(port, { method: 'HEAD', path: pathOf(off), headers: { ...TUS, ...auth } }),
    end: (off: number) => call(port, { method: 'DELETE', path: pathOf(off), headers: { ...TUS, ...auth } }),
  }
}

export interface OpenRequest {
  send(bytes: Buffer): Promise<void>
  destroy(): void
  /** Rejects when the connection breaks before. */
  answer: Promise<Pick<HttpAnswer, 'status' | 'headers'>>
}

/** A request whose body comes when the test says so. */
export function openRequest(
  port: number,
  { method, path, headers }: { method: string; path: string; headers: Record<string, string> },
): OpenRequest {
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false })
  const answer = new Promise<Pick<HttpAnswer, 'status' | 'headers'>>((resolve, reject) => {
    request.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
    })
    request.on('error', reject)
  })
  answer.catch(() => undefined)
  request.flushHeaders()
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => request.write(bytes, (error) => (error ? reject(error) : resolve()))),
    destroy: () => request.destroy(),
    answer,
  }
}

/** What a storage takes at once of one upload. */
const AHEAD = 16 * 1024 * 1024
const SEGMENTS_MAX = 16

export interface LanesOptions {
  /** The prefix to begin at. */
  from: number
  size: number
  lanes: number
  /** Told of each answer's prefix. */
  onPrefix?(prefix: number): void
}

/** Sends the rest of an upload side by side, until it is whole or a request comes to nothing. Returns the prefix, and the receipt if it came. */
export async function sendInLanes(
  { create }: Pick<ReturnType<typeof segmentCalls>, 'create'>,
  content: Buffer,
  { from, size, lanes, onPrefix }: LanesOptions,
): Promise<{ prefix: number; receipt: string | null; failed: HttpAnswer | null }> {
  let next = from
  let prefix = from
  let receipt: string | null = null
  let failed: HttpAnswer | null = null
  const waiting: Array<() => void> = []
  const wakeAll = () => {
    for (const wake of waiting.splice(0)) wake()
  }
  const sendNext = async () => {
    const off = next
    next = Math.min(content.length, off + size)
    const answer = await create(off, content.subarray(off, next))
    const isStored =
      answer.status === 201 && Number(answer.headers['upload-offset']) === Math.min(size, content.length - off)
    if (!isStored) failed = answer
    else prefix = Math.max(prefix, Number(answer.headers['upload-prefix']))
    onPrefix?.(prefix)
    receipt ??= answer.headers['cairn-receipt']?.toString() ?? null
  }
  const lane = async () => {
    while (failed === null && next < content.length) {
      const isAhead = next + size > prefix + Math.min(AHEAD, SEGMENTS_MAX * size)
      if (isAhead) await new Promise<void>((resolve) => waiting.push(resolve))
      else await sendNext().finally(wakeAll)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { prefix, receipt, failed }
}
