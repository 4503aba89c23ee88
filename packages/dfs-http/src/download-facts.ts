import { type FileId, ProtocolError, parseFileId } from '@cairn/dfs-core'
import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import * as contentDisposition from 'content-disposition'

/** What is sent about a file, whoever holds its bytes. */
export interface DownloadFacts {
  size: number
  /** Strong: the bytes behind it never change. */
  etag: string
  contentType: string
  headers: Record<string, string>
  /** A request for more ranges gets 416, and not the whole file. */
  rangesMax?: number
}

export interface FileTimes {
  size: number
  mtimeMs: number
}

const NAME_BODY_LENGTH = 27
const PUBLIC_MAX_AGE_SECONDS = 3600

/** Media types that cannot run script, whatever their bytes are; everything else is put into a sandbox (D16). */
const HARMLESS = /^(?:image\/(?:avif|bmp|gif|jpeg|png|webp)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+)$/

/** The file ID of a path, or null when it is not one of FastDFS's names. Nothing is decoded: file IDs need no escapes. */
export function fileOfPath(pathname: string): { fileId: string; file: FileId } | null {
  // A metadata file is named by its file's name and -m; it is nobody's download.
  if (!/^\/[A-Za-z0-9]{1,16}\/M[0-9A-F]{2}\/[0-9A-F]{2}\/[0-9A-F]{2}\/[A-Za-z0-9_.-]{27,100}$/.test(pathname))
    return null
  if (pathname.endsWith('-m')) return null
  const fileId = pathname.slice(1)
  try {
    return { fileId, file: parseFileId(fileId) }
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

/** Headers of a download by ticket: type, disposition and file name are the web application's decision. */
export function factsByTicket(file: FileId, times: FileTimes, ticket: DownloadTicket): DownloadFacts {
  const maxAge = Math.max(0, ticket.exp - Math.floor(Date.now() / 1000))
  const disposition = dispositionOf(ticket.cd === 'a' ? 'attachment' : 'inline', ticket.fn)
  return facts(file, times, {
    contentType: ticket.ct,
    extra: { 'Content-Disposition': disposition, 'Cache-Control': `private, max-age=${maxAge}` },
  })
}

/** Headers of a download by a plain link; a `fileName` makes it an attachment. */
export function plainFacts(
  file: FileId,
  times: FileTimes,
  { contentType, fileName }: { contentType: string; fileName: string | null },
): DownloadFacts {
  // Names of normal files tell when they were made, of others when their master was.
  const changedAt = file.kind === 'normal' || file.kind === 'trunk' ? file.timestamp * 1000 : times.mtimeMs
  const extra: Record<string, string> = {
    'Cache-Control': `public, max-age=${PUBLIC_MAX_AGE_SECONDS}`,
    'Last-Modified': new Date(changedAt).toUTCString(),
  }
  if (fileName !== null) extra['Content-Disposition'] = dispositionOf('attachment', fileName)
  return facts(file, times, { contentType, extra })
}

/**
 * The value of `Content-Disposition` for a file of this name (RFC 6266): with an ASCII name for old clients beside another
 * one. Quotes stand also where none are asked for: old clients look for them, and nginx's module writes them (§8.2).
 */
export function dispositionOf(type: 'attachment' | 'inline', fileName: string): string {
  return contentDisposition.create(fileName, { type }).replace(/; filename=([^";]+)/, '; filename="$1"')
}

function facts(
  file: FileId,
  times: FileTimes,
  { contentType, extra }: { contentType: string; extra: Record<string, string> },
): DownloadFacts {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const sandbox: Record<string, string> = HARMLESS.test(mediaType)
    ? {}
    : { 'Content-Security-Policy': "sandbox; default-src 'none'" }
  return {
    size: times.size,
    etag: etagOf(file, times),
    contentType,
    headers: { ...extra, ...sandbox, 'Accept-Ranges': 'bytes' },
  }
}

/** The name of a normal file (or one in a slot) is made from its content; others tell by size and time that they have changed. */
function etagOf(file: FileId, { size, mtimeMs }: FileTimes): string {
  if (file.kind === 'normal' || file.kind === 'trunk') return `"${file.fileName.slice(0, NAME_BODY_LENGTH)}"`
  return `"${file.fileName}.${size.toString(36)}.${Math.floor(mtimeMs).toString(36)}"`
}
