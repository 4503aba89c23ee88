import { fileTypeFromBuffer } from 'file-type'

/** What the type of a file is judged by. */
export const SNIFF_BYTES = 4096

const UNKNOWN = 'application/octet-stream'

/**
 * The media type of a file from its first `SNIFF_BYTES` bytes, without parameters. Never from its name: the type goes into the receipt, and
 * what a browser is told about a file must not be the uploader's choice. Text that a browser could run is named as what it is.
 */
export async function sniffContentType(head: Buffer): Promise<string> {
  const known = await fileTypeFromBuffer(head)
  // file-type knows XML by its declaration alone; an SVG image is XML too.
  if (known !== undefined && known.mime !== 'application/xml') return known.mime
  if (known === undefined && !isText(head)) return UNKNOWN
  return markupType(head) ?? known?.mime ?? 'text/plain'
}

function markupType(head: Buffer): string | null {
  const start = head.toString('latin1').slice(0, 1024).toLowerCase()
  if (/<svg[\s>]/.test(start)) return 'image/svg+xml'
  if (/^(?:ï»¿)?\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body|script|iframe)\b/.test(start))
    return 'text/html'
  return null
}

/** UTF-8 without control characters other than those of plain text; the last character may be cut off by the end of the head. */
function isText(head: Buffer): boolean {
  if (head.length === 0) return false
  for (const byte of head) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d && byte !== 0x1b) return false
  }
  return isUtf8(head.subarray(0, head.length - cutTail(head)))
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** How many bytes at the end begin a character that is not complete. */
function cutTail(head: Buffer): number {
  for (let back = 1; back <= Math.min(3, head.length); back += 1) {
    const byte = head[head.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0
  }
  return 0
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}
