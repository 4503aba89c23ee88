import { createHash } from 'node:crypto'

const HOUR_SECONDS = 60 * 60
const PREVIEW_WINDOW_SECONDS = 6 * HOUR_SECONDS
const DOWNLOAD_WINDOW_SECONDS = HOUR_SECONDS
const TICKET_NAME_BYTES_MAX = 300
const CONTENT_TYPE = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/

// What a browser may show in place. Nothing here can run script: no HTML, no SVG, no XML.
const INLINE_TYPES = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'application/pdf',
])

/** Whether to offer a file for saving or to show it, and as what. The type comes from its bytes, never from its name. */
export function serving(contentType: string, inline: boolean): { ct: string; cd: 'i' | 'a' } {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!CONTENT_TYPE.test(type)) return { ct: 'application/octet-stream', cd: 'a' }
  const isMedia = /^(?:audio|video)\//.test(type)
  if (INLINE_TYPES.has(type) || isMedia) return { ct: type, cd: inline ? 'i' : 'a' }
  if (type === 'text/plain') return { ct: 'text/plain; charset=utf-8', cd: inline ? 'i' : 'a' }
  return { ct: 'application/octet-stream', cd: 'a' }
}

/**
 * When a download URL made now ends, in Unix seconds: at the end of the window after this one. All URLs of one window
 * are equal, so that a browser's cache knows them again; none lives shorter than a window.
 */
export function downloadExpiry(nowSeconds: number, cd: 'i' | 'a'): number {
  const window = cd === 'i' ? PREVIEW_WINDOW_SECONDS : DOWNLOAD_WINDOW_SECONDS
  return Math.ceil(nowSeconds / window) * window + window
}

/** The file name in a ticket. Tickets are short; a name full of quotes takes twice its bytes there and loses its middle. */
export function ticketFileName(name: string): string {
  let [head, tail] = [Array.from(name), [] as string[]]
  tail = head.splice(Math.ceil(head.length / 2))
  const joined = () => [...head, ...tail].join('')
  while (Buffer.byteLength(JSON.stringify(joined())) > TICKET_NAME_BYTES_MAX) {
    if (head.length > tail.length) head = head.slice(0, -1)
    else tail = tail.slice(1)
  }
  return joined()
}

/**
 * The member that serves a file: the same one as long as it can, so that the URL does not change. (Rendezvous hashing:
 * each file has its own order of members.)
 */
export function preferredReplica<T extends { storageId: string }>(
  fileId: string,
  replicas: readonly T[],
): T | undefined {
  const weight = ({ storageId }: T) => createHash('sha256').update(`${fileId} ${storageId}`).digest('hex')
  return replicas.toSorted((a, b) => (weight(a) < weight(b) ? -1 : 1))[0]
}
