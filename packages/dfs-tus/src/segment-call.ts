import type { IncomingMessage } from 'node:http'
import type { SegmentName } from './segment-store.ts'
import { bodyFrame, methodOf } from './tus-dialect.ts'
import { type BodyFrame, hasBody, integerHeader } from './upload-call.ts'
import { UploadError } from './upload-error.ts'

export interface SegmentCreate {
  method: 'POST'
  off: number
  length: number
  /** null: there is none. */
  body: BodyFrame | null
}

export interface SegmentPatch extends SegmentName {
  method: 'PATCH'
  /** Counts from the segment's own beginning. */
  offset: number
  body: BodyFrame
}

interface SegmentPlain extends SegmentName {
  method: 'HEAD' | 'DELETE'
}

export type SegmentCall = SegmentCreate | SegmentPatch | SegmentPlain

const NAME = /^([0-9a-f]{32})\.(0|[1-9][0-9]{0,15})$/

/** What a request asks of a segment, in tus 1.0.0: `Upload-Segment` in a creation, or a name `<path>/<upl>.<off>`. null: it is no such request. */
export function readSegmentCall(request: IncomingMessage, path: string): SegmentCall | null {
  const { headers, url = '' } = request
  const name = segmentOfPath(url, path)
  const isCreation = headers['upload-segment'] !== undefined && isCollection(url, path)
  if (headers['tus-resumable'] !== '1.0.0' || (name === null && !isCreation)) return null
  const method = methodOf(request)
  if (name === null) return method === 'POST' ? createCall(request) : null
  if (method === 'PATCH') {
    return { method, ...name, offset: integerHeader(headers, 'upload-offset'), body: bodyFrame(request) }
  }
  if (method === 'HEAD' || method === 'DELETE') return { method, ...name }
  throw new UploadError('method_not_allowed', 'a segment takes HEAD, PATCH and DELETE')
}

function createCall(request: IncomingMessage): SegmentCreate {
  const { headers } = request
  if (headers['upload-concat'] !== 'partial' || headers['upload-defer-length'] !== undefined) {
    throw new UploadError('bad_request', 'a segment is created with Upload-Concat: partial and Upload-Length')
  }
  const off = integerHeader(headers, 'upload-segment')
  const length = integerHeader(headers, 'upload-length')
  if (length === 0) throw new UploadError('bad_request', 'a segment has at least one byte')
  return { method: 'POST', off, length, body: hasBody(headers) ? bodyFrame(request) : null }
}

function segmentOfPath(url: string, path: string): SegmentName | null {
  const pathname = url.split('?', 1)[0] ?? ''
  const [, upl, digits] = pathname.startsWith(`${path}/`) ? (NAME.exec(pathname.slice(path.length + 1)) ?? []) : []
  const off = Number(digits)
  return upl !== undefined && Number.isSafeInteger(off) ? { upl, off } : null
}

function isCollection(url: string, path: string): boolean {
  const pathname = url.split('?', 1)[0]
  return pathname === path || pathname === `${path}/`
}
