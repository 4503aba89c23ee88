import chardet from 'chardet'

/** What people can choose; labels of the Encoding Standard, with what they are called. */
export const encodings = {
  'utf-8': 'UTF-8',
  gb18030: 'GBK',
  big5: 'Big5',
  shift_jis: 'Shift_JIS',
  'euc-jp': 'EUC-JP',
  'euc-kr': 'EUC-KR',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  'windows-1252': 'Windows-1252',
  'windows-1251': 'Windows-1251',
  'koi8-r': 'KOI8-R',
} as const

export type Encoding = keyof typeof encodings

const SAMPLE_BYTES = 65_536
const HALF_WIDTH_SHARE_MAX = 0.2
const detected: Record<string, Encoding> = {
  GB18030: 'gb18030',
  Big5: 'big5',
  Shift_JIS: 'shift_jis',
  'EUC-JP': 'euc-jp',
  'EUC-KR': 'euc-kr',
  'windows-1251': 'windows-1251',
  'KOI8-R': 'koi8-r',
}

function byMark(bytes: Uint8Array): Encoding | undefined {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  return undefined
}

/** Whether the bytes mean something in this encoding. As a stream: the sample may end inside a character. */
function fits(bytes: Uint8Array, encoding: Encoding): boolean {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true })
    // Nearly all pairs of bytes of Chinese are half-width kana in Shift_JIS, which nobody writes in numbers.
    const kana = text.match(/[\uff61-\uff9f]/g)?.length ?? 0
    return kana <= text.length * HALF_WIDTH_SHARE_MAX
  } catch {
    return false
  }
}

/** Share of 16-bit units that are letters, digits, marks or Han as ordinary texts have them. */
function plausibleUnits(bytes: Uint8Array, littleEndian: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength & ~1)
  let plausible = 0
  for (let at = 0; at < view.byteLength; at += 2) {
    const unit = view.getUint16(at, littleEndian)
    const isPlain = unit === 0x09 || unit === 0x0a || unit === 0x0d || (unit >= 0x20 && unit < 0x7f)
    if (isPlain || (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0x3000 && unit <= 0x30ff)) plausible += 1
  }
  return view.byteLength === 0 ? 0 : plausible / (view.byteLength / 2)
}

/** UTF-16 without a mark: other encodings have no zero bytes, and every line ends with one here. */
function asUtf16(bytes: Uint8Array): Encoding | undefined {
  if (!bytes.includes(0)) return undefined
  const little = plausibleUnits(bytes, true)
  const big = plausibleUnits(bytes, false)
  if (Math.max(little, big) < 0.7) return undefined
  return little >= big ? 'utf-16le' : 'utf-16be'
}

/** Short texts of GBK are Big5 as well; but the second bytes of Big5 are often below 0xa1, those of common GBK never. */
function isCommonGbk(bytes: Uint8Array): boolean {
  let common = 0
  let pairs = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) continue
    at += 1
    if ((bytes[at] ?? 0xff) < 0xa1) return false
    pairs += 1
    if (lead >= 0xa1 && lead <= 0xd7) common += 1
  }
  return common >= pairs * 0.9
}

/** Guesses the encoding of a text from its beginning. */
export function detectEncoding(bytes: Uint8Array): Encoding {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  const certain = byMark(sample) ?? asUtf16(sample)
  if (certain !== undefined) return certain
  if (fits(sample, 'utf-8')) return 'utf-8'
  for (const { name } of chardet.analyse(sample)) {
    const known = detected[name]
    if (known === 'big5' && isCommonGbk(sample)) return 'gb18030'
    if (known !== undefined && fits(sample, known)) return known
  }
  return 'windows-1252'
}

/** The text of these bytes, without its byte order mark; bytes that mean nothing become U+FFFD. */
export function decodeText(bytes: Uint8Array, encoding: Encoding, isWhole: boolean): string {
  return new TextDecoder(encoding).decode(bytes, { stream: !isWhole })
}
