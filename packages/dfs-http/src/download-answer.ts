import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type ByteRange, parseRanges, RANGES_MAX } from './byte-range.ts'
import type { DownloadFacts } from './download-facts.ts'
import { HttpError } from './http-error.ts'

/** What a request gets of a file: how the answer begins, and which bytes follow. */
export interface DownloadPlan {
  status: 200 | 206 | 304
  headers: Record<string, string | number>
  /** Empty for 304. */
  ranges: ByteRange[]
  /** Of an answer with several ranges: what stands before each of them, and behind the last. */
  separators: Buffer[]
}

/** Decides by the conditional and range headers (RFC 9110 §13, §14). Throws 416. */
export function planDownload(request: IncomingMessage, facts: DownloadFacts): DownloadPlan {
  const { etag, size, contentType } = facts
  const headers = { ...facts.headers, ETag: etag }
  if (isKnown(request, etag, facts.headers['Last-Modified'])) {
    return { status: 304, headers, ranges: [], separators: [] }
  }

  const whole = { start: 0, end: size - 1 }
  const ranges = wantedRanges(request, facts)
  const typed = { ...headers, 'Content-Type': contentType }
  if (ranges === 'whole') {
    return {
      status: 200,
      headers: { ...typed, 'Content-Length': size },
      ranges: size === 0 ? [] : [whole],
      separators: [],
    }
  }
  const [only, second] = ranges
  if (only !== undefined && second === undefined) {
    const single = { 'Content-Range': contentRangeOf(only, size), 'Content-Length': only.end - only.start + 1 }
    return { status: 206, headers: { ...typed, ...single }, ranges, separators: [] }
  }
  return planMultipart(headers, facts, ranges)
}

/** More ranges than are sent: the whole file, or 416 where `rangesMax` says so. */
function wantedRanges(request: IncomingMessage, { etag, size, rangesMax }: DownloadFacts): ByteRange[] | 'whole' {
  const ranges = parseRanges(rangeHeader(request, etag), size)
  const isTooMany = ranges === 'too_many' || (Array.isArray(ranges) && ranges.length > (rangesMax ?? RANGES_MAX))
  if (ranges === 'unsatisfiable' || (isTooMany && rangesMax !== undefined)) {
    const contentRange = { 'Content-Range': `bytes */${size}`, 'Accept-Ranges': 'bytes' }
    throw new HttpError(416, 'range_not_satisfiable', `the file has ${size} bytes`, contentRange)
  }
  return ranges === 'too_many' ? 'whole' : ranges
}

function planMultipart(
  headers: Record<string, string>,
  { contentType, size }: DownloadFacts,
  ranges: ByteRange[],
): DownloadPlan {
  const boundary = `cairn-${randomBytes(12).toString('hex')}`
  const separators = ranges.map((range, index) => {
    const start = index === 0 ? '' : '\r\n'
    const lines = `--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Range: ${contentRangeOf(range, size)}\r\n\r\n`
    return Buffer.from(start + lines, 'latin1')
  })
  separators.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'))
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0)
  const length = separators.reduce((sum, separator) => sum + separator.length, bytes)
  const type = `multipart/byteranges; boundary=${boundary}`
  return { status: 206, headers: { ...headers, 'Content-Type': type, 'Content-Length': length }, ranges, separators }
}

/**
 * Ranges are defined for GET alone. If-Range holds the range back when the client has the beginning of something else; a date never matches:
 * none is sent.
 */
function rangeHeader({ method, headers }: IncomingMessage, etag: string): string | undefined {
  const ifRange = headers['if-range']
  if (method !== 'GET') return undefined
  return ifRange === undefined || ifRange === etag ? headers.range : undefined
}

/** A time counts only as it was sent, and only where there is no ETag to compare. */
function isKnown({ headers }: IncomingMessage, etag: string, lastModified: string | undefined): boolean {
  if (headers['if-none-match'] !== undefined) return matchesEtag(headers['if-none-match'], etag)
  return lastModified !== undefined && headers['if-modified-since'] === lastModified
}

function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((text) => text.trim().replace(/^W\//, '') === etag || text.trim() === '*')
}

function contentRangeOf({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`
}
