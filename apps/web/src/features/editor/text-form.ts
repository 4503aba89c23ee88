/** How a text was written down, which is kept when it is written again. */
export type TextForm = {
  /** A label of the Encoding Standard. */
  encoding: string
  /** UTF-8 with a byte order mark. */
  marked: boolean
  lineEnd: '\n' | '\r\n' | '\r'
}

/** What is longer is slow to write in, and nothing that people write by hand. */
export const TEXT_BYTES_MAX = 2_000_000

const MARK = '\ufeff'

/**
 * The text in these bytes, and its form. Null where something would be lost: bytes that mean nothing in this encoding,
 * or that no text has.
 */
export function readText(bytes: Uint8Array, encoding: string): { text: string; form: TextForm } | null {
  try {
    const whole = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
    if (whole.includes('\0')) return null
    const hasMark = whole.startsWith(MARK)
    const text = hasMark ? whole.slice(MARK.length) : whole
    return { text, form: { encoding, marked: hasMark && encoding === 'utf-8', lineEnd: lineEndOf(text) } }
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** The text in UTF-8, with the mark that it had. */
export function writeText(text: string, { marked }: Pick<TextForm, 'marked'>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(marked ? MARK + text : text)
}

/** What ends every line. Where lines end in different ways, it is the newline: the rest is part of the text then. */
function lineEndOf(text: string): TextForm['lineEnd'] {
  const newlines = text.split('\n').length - 1
  const pairs = text.split('\r\n').length - 1
  const returns = text.split('\r').length - 1
  if (pairs > 0 && pairs === newlines && pairs === returns) return '\r\n'
  return newlines === 0 && returns > 0 ? '\r' : '\n'
}
