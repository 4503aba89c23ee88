import { UploadError } from './upload-error.ts'

/** Longer headers are refused: they are kept for each upload. */
const METADATA_CHARACTERS_MAX = 4096
const CONCAT_CHARACTERS_MAX = 8192
const KEY = /^[\x21-\x2b\x2d-\x7e]+$/
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** `Upload-Metadata` as it came, when it is what tus 1.0.0 says: comma-separated pairs of a unique key and a value in base64. */
export function checkMetadata(header: string): string {
  const keys = new Set<string>()
  for (const pair of header.split(',')) {
    const [key = '', value = '', ...rest] = pair.trim().split(' ')
    if (!KEY.test(key) || keys.has(key) || rest.length > 0 || !BASE64.test(value)) {
      throw new UploadError('bad_request', 'Upload-Metadata must be pairs of a unique key and a value in base64')
    }
    keys.add(key)
  }
  if (header.length > METADATA_CHARACTERS_MAX) {
    throw new UploadError('bad_request', `Upload-Metadata may have ${METADATA_CHARACTERS_MAX} characters`)
  }
  return header
}

export interface UploadConcat {
  /** As it came. */
  concat: string
  /** Names of the uploads that are to be joined; none for a partial upload. */
  joins: string[]
}

/** `Upload-Concat`: `partial`, or `final;` and URLs of uploads below `path`, absolute or relative; else `bad_request`, or `not_found` for another URL. */
export function parseConcat(header: string, path: string): UploadConcat {
  if (header === 'partial') return { concat: header, joins: [] }
  const [kind, list = '', ...rest] = header.split(';')
  if (kind !== 'final' || list === '' || rest.length > 0 || header.length > CONCAT_CHARACTERS_MAX) {
    throw new UploadError('bad_request', 'Upload-Concat is "partial", or "final;" and a list of partial uploads')
  }
  return {
    concat: header,
    joins: list
      .trim()
      .split(' ')
      .map((url) => uploadOfUrl(url, path)),
  }
}

function uploadOfUrl(url: string, path: string): string {
  const pathname = url.replace(/^https?:\/\/[^/]*/, '')
  return uploadOfPath(pathname, path) ?? unknown()
}

/**
 * The upload named by `<path>/<upl>`, null for `<path>` itself, `not_found` for anything else. Nothing is decoded: an encoded
 * name is not a name.
 */
export function uploadOfPath(url: string, path: string): string | null {
  const pathname = url.split('?', 1)[0] ?? ''
  if (pathname === path || pathname === `${path}/`) return null
  const upl = pathname.startsWith(`${path}/`) ? pathname.slice(path.length + 1) : ''
  return /^[0-9a-f]{32}$/.test(upl) ? upl : unknown()
}

function unknown(): never {
  throw new UploadError('not_found', 'there is no such upload')
}
