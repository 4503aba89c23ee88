/** Upper case: the operation happened here first. Lower case: it was received from a peer. */
export type BinlogOp = SourceOp | Lowercase<SourceOp>
export type SourceOp = 'C' | 'D' | 'U' | 'A' | 'M' | 'T' | 'L' | 'R'

export interface BinlogRecord {
  /** Unix seconds. */
  readonly timestamp: number
  readonly op: BinlogOp
  /** Logic name without the group: M00/00/00/xxxx.ext, metadata files end in -m. */
  readonly name: string
  /** A, M: `offset length`. T: `old_size new_size`. L: the link's target. R: the old name. Else empty. */
  readonly extra: string
}

/** A line that no record can be read from; the caller knows file and offset. */
export class BinlogLineError extends Error {
  override readonly name = 'BinlogLineError'
}

/** FastDFS's own limit: a line with its newline is shorter than 256 bytes. */
export const LINE_BYTES_MAX = 255

// Names are printable; zero bytes in their place are what a power loss leaves.
const LINE = /^(\d{1,19}) ([CDUAMTLRcdumatlr]) ([\x21-\x7e\x80-\xff]+)(?: ([\x20-\x7e\x80-\xff]+))?$/
// FastDFS 6.13 to 6.16 writes link records without one or both names; they name no file.
const BROKEN_LINK = /^\d{1,19} [Ll] {1,2}(\S+)?$/

/** The line of a record, with its newline. */
export function formatRecord(record: BinlogRecord): string {
  const names = record.extra === '' ? record.name : `${record.name} ${record.extra}`
  return `${record.timestamp} ${record.op} ${names}\n`
}

/**
 * Reads one line (without its newline). `null` for the nameless link records that FastDFS 6.13 to 6.16 writes:
 * they describe nothing that could be applied.
 */
export function parseLine(line: string): BinlogRecord | null {
  const match = LINE.exec(line)
  if (match === null) {
    if (BROKEN_LINK.test(line)) return null
    throw new BinlogLineError(`not a binlog record: ${JSON.stringify(line.slice(0, LINE_BYTES_MAX))}`)
  }
  const [, timestamp = '', op = '', name = '', extra = ''] = match
  const record = { timestamp: Number(timestamp), op: asOp(op), name, extra }
  checkExtra(record, line)
  return record
}

export function isSourceOp(op: BinlogOp): op is SourceOp {
  return op < 'a'
}

/** The operation without the distinction between source and replica. */
export function sourceOp(op: BinlogOp): SourceOp {
  return asOp(op.toUpperCase()) as SourceOp
}

/** The two numbers of an A, M or T record. */
export function recordNumbers(record: BinlogRecord): readonly [number, number] {
  const [first = '', second = ''] = record.extra.split(' ')
  return [Number(first), Number(second)]
}

function asOp(text: string): BinlogOp {
  if (text.length === 1 && 'CDUAMTLRcduamtlr'.includes(text)) return text as BinlogOp
  throw new BinlogLineError(`not a binlog operation: ${JSON.stringify(text)}`)
}

const TWO_NUMBERS = /^\d{1,16} \d{1,16}$/

function checkExtra(record: BinlogRecord, line: string): void {
  if (!extraFits(sourceOp(record.op), record.extra)) {
    throw new BinlogLineError(`wrong columns after the name: ${JSON.stringify(line.slice(0, LINE_BYTES_MAX))}`)
  }
}

function extraFits(op: SourceOp, extra: string): boolean {
  switch (op) {
    case 'A':
    case 'M':
    case 'T':
      return TWO_NUMBERS.test(extra)
    case 'L':
    case 'R':
      return extra !== '' && !extra.includes(' ')
    case 'C':
    case 'D':
    case 'U':
      return extra === ''
  }
}
