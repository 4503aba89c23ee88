/** Bytes `start` … `end`, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** More ranges than this are not served one by one. */
export const RANGES_MAX = 5

/**
 * The ranges that a `Range` header asks of a file of `size` bytes (RFC 9110 §14): `whole` when the header is absent or not understood,
 * `unsatisfiable` when no range touches the file. Ranges that overlap or touch become one.
 */
export function parseRanges(
  header: string | undefined,
  size: number,
): ByteRange[] | 'whole' | 'too_many' | 'unsatisfiable' {
  const list = /^bytes=(.{1,512})$/i.exec(header ?? '')?.[1]
  if (list === undefined) return 'whole'
  const ranges: ByteRange[] = []
  for (const text of list.split(',')) {
    const range = parseRange(text.trim(), size)
    if (range === null) return 'whole'
    if (range !== 'unsatisfiable') ranges.push(range)
  }
  if (ranges.length === 0) return 'unsatisfiable'
  const joined = join(ranges)
  return joined.length > RANGES_MAX ? 'too_many' : joined
}

function parseRange(text: string, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^(\d{0,15})-(\d{0,15})$/.exec(text)
  if (match === null || text === '-') return null
  const [, from = '', to = ''] = match
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(from)
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== '' && Number(to) < start) return null
  return start >= size ? 'unsatisfiable' : { start, end }
}

/** Keeps the order in which the client asked, unless ranges meet: then the file is read once from front to back. */
function join(ranges: readonly ByteRange[]): ByteRange[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start)
  const joined: ByteRange[] = []
  for (const range of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && range.start <= last.end + 1) last.end = Math.max(last.end, range.end)
    else joined.push({ ...range })
  }
  return joined.length === ranges.length ? [...ranges] : joined
}
