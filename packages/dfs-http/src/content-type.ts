import { fileTypeFromBuffer } from 'file-type'

/** What the type of a file is judged by. */
export const SNIFF_BYTES = 4096

const UNKNOWN = 'application/octet-stream'

/**
 * The media type of a file from its first `SNIFF_BYTES` bytes, without parameters. Never from its name: the type goes into the receipt, and
 * what a browser is told about a file must not be the uploader's choice. Text that a browser could run is named as what it is.
 */
export async function sniffContentType(head: Buffer): Promise<string> {
  // Before all else: the mark of UTF-16 looks like the beginning of an MPEG frame.
  if (isUtf16(head)) return 'text/plain'
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

/**
 * UTF-8, or the Chinese encodings that are older, without control characters other than those of plain text; the last
 * character may be cut off by the end of the head.
 */
function isText(head: Buffer): boolean {
  if (head.length === 0 || head.some((byte) => isControl(byte))) return false
  if (decodes('utf-8', head.subarray(0, head.length - cutTail(head))) !== null) return true
  for (let cut = 0; cut < Math.min(4, head.length); cut += 1) {
    if (decodes('gb18030', head.subarray(0, head.length - cut)) !== null) return true
  }
  return false
}

/** Text that begins with a byte order mark of two bytes. */
function isUtf16(head: Buffer): boolean {
  const mark = head.length < 4 ? 0 : head.readUInt16BE(0)
  if (mark !== 0xfffe && mark !== 0xfeff) return false
  // Whole pairs only, and no first half of a character at the end.
  let end = head.length - (head.length % 2)
  const last = mark === 0xfffe ? head.readUInt16LE(end - 2) : head.readUInt16BE(end - 2)
  if (last >= 0xd800 && last < 0xdc00) end -= 2
  const text = decodes(mark === 0xfffe ? 'utf-16le' : 'utf-16be', head.subarray(0, end))
  return text !== null && !Array.from(text).some((character) => isControl(character.charCodeAt(0)))
}

function isControl(code: number): boolean {
  return code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d && code !== 0x1b
}

/** The text of these bytes, or null when they are not of this encoding. */
function decodes(encoding: string, bytes: Buffer): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return null
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
