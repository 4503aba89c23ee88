import { crc32 } from 'node:zlib'
import type { UploadFacts } from '@cairn/dfs-tus'
import type { Durability } from '../disk/group-sync.ts'

/** A finished upload as the ledger keeps it: all that a receipt says, and what finishing needs to go on after a crash. */
export interface FinishedUpload {
  upl: string
  ep: number
  /** File ID, `group1/M00/00/00/<name>`. */
  fid: string
  size: number
  crc32: number
  sha256: string
  /** SHA-256 of the first min(size, 64 KiB), in hex. */
  head: string
  /** Media type without parameters. */
  ct: string
  dur: Durability
  /** Unix seconds. */
  at: number
  own: string
  ent: string
  /** End of the binlog when the line was written: the file's C record is behind it or nowhere. */
  binlog: { index: number; offset: number }
}

/**
 * `described` is written before `finished`, where the client has said something about its upload; `finished` is written before the file has its name, `logged` after its C record, `void` when it came to nothing after a crash;
 * `acked` when the web application knows the file; `raised` gives a finished upload a new epoch; `ended` is the tombstone of one that
 * was given up.
 */
export type LedgerLine =
  | { kind: 'described'; upl: string; facts: UploadFacts }
  | { kind: 'finished'; upload: FinishedUpload }
  | { kind: 'logged'; upl: string }
  | { kind: 'void'; upl: string }
  | { kind: 'acked'; upl: string; at: number }
  | { kind: 'raised'; upl: string; ep: number }
  | { kind: 'ended'; upl: string; ep: number; at: number }

/** Of all lines but `described` ones the longest is a `finished` one; opaque ids are short. */
export const LEDGER_LINE_BYTES_MAX = 2048

/** `<CRC-32 of the rest, 8 hex digits> <kind> <fields…>\n`; the fields never contain blanks. */
export function formatLedgerLine(line: LedgerLine): string {
  const text = fieldsOf(line).join(' ')
  return `${hex8(crc32(text))} ${text}\n`
}

/** Reads a line without its newline; null when its CRC or its fields are not right. */
export function parseLedgerLine(line: string): LedgerLine | null {
  const text = line.slice(9)
  if (line[8] !== ' ' || line.slice(0, 8) !== hex8(crc32(text))) return null
  const [kind, upl = '', ...fields] = text.split(' ')
  if (!/^[0-9a-f]{32}$/.test(upl)) return null
  switch (kind) {
    case 'M':
      return parseDescribed(upl, fields)
    case 'F':
      return parseFinished(upl, fields)
    case 'L':
      return fields.length === 0 ? { kind: 'logged', upl } : null
    case 'V':
      return fields.length === 0 ? { kind: 'void', upl } : null
    case 'A':
      return numbersOf(fields, 1, ([at = 0]) => ({ kind: 'acked', upl, at }))
    case 'E':
      return numbersOf(fields, 1, ([ep = 0]) => ({ kind: 'raised', upl, ep }))
    case 'G':
      return numbersOf(fields, 2, ([ep = 0, at = 0]) => ({ kind: 'ended', upl, ep, at }))
    default:
      return null
  }
}

function fieldsOf(line: LedgerLine): (string | number)[] {
  switch (line.kind) {
    case 'described':
      return ['M', line.upl, Buffer.from(JSON.stringify(line.facts)).toString('base64url')]
    case 'finished': {
      const { upl, ep, fid, size, sha256, head, ct, dur, at, own, ent, binlog } = line.upload
      const crc = hex8(line.upload.crc32)
      const place = `${binlog.index}:${binlog.offset}`
      return [
        'F',
        upl,
        ep,
        fid,
        size,
        crc,
        sha256,
        head,
        ct,
        dur,
        at,
        encodeURIComponent(own),
        encodeURIComponent(ent),
        place,
      ]
    }
    case 'logged':
      return ['L', line.upl]
    case 'void':
      return ['V', line.upl]
    case 'acked':
      return ['A', line.upl, line.at]
    case 'raised':
      return ['E', line.upl, line.ep]
    case 'ended':
      return ['G', line.upl, line.ep, line.at]
  }
}

const FINISHED =
  /^(\d{1,10}) (\S+) (\d{1,16}) ([0-9a-f]{8}) ([0-9a-f]{64}) ([0-9a-f]{64}) (\S+) (none|group|each) (\d{1,10}) (\S*) (\S*) (\d{1,10}):(\d{1,16})$/

function parseFinished(upl: string, fields: string[]): LedgerLine | null {
  const match = FINISHED.exec(fields.join(' '))
  if (match === null) return null
  const [
    ,
    ep,
    fid = '',
    size,
    crc = '',
    sha256 = '',
    head = '',
    ct = '',
    dur = '',
    at,
    own = '',
    ent = '',
    index,
    offset,
  ] = match
  const upload: FinishedUpload = {
    upl,
    ep: Number(ep),
    fid,
    size: Number(size),
    crc32: Number.parseInt(crc, 16),
    sha256,
    head,
    ct,
    dur: dur === 'each' || dur === 'group' ? dur : 'none',
    at: Number(at),
    own: decodeURIComponent(own),
    ent: decodeURIComponent(ent),
    binlog: { index: Number(index), offset: Number(offset) },
  }
  return { kind: 'finished', upload }
}

function parseDescribed(upl: string, [encoded = '', ...rest]: string[]): LedgerLine | null {
  if (rest.length > 0 || !/^[A-Za-z0-9_-]+$/.test(encoded)) return null
  const facts = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as UploadFacts
  return { kind: 'described', upl, facts }
}

function numbersOf(fields: string[], count: number, make: (numbers: number[]) => LedgerLine): LedgerLine | null {
  if (fields.length !== count || !fields.every((field) => /^\d{1,16}$/.test(field))) return null
  return make(fields.map(Number))
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0')
}
