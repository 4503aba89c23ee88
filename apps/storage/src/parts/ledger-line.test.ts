import { describe, expect, it } from 'vitest'
import { type FinishedUpload, formatLedgerLine, type LedgerLine, parseLedgerLine } from './ledger-line.ts'

const UPL = '00112233445566778899aabbccddeeff'
const upload: FinishedUpload = {
  upl: UPL,
  ep: 3,
  fid: 'group1/M00/1A/2F/oYYBAF8AAAAAAAAAAAAABcv0OSYAAAAA.txt',
  size: 9,
  crc32: 0xcbf43926,
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  head: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  ct: 'text/plain',
  dur: 'group',
  at: 1_790_000_000,
  own: 'owner with a blank',
  ent: '条目',
  binlog: { index: 2, offset: 1_073_741_824 },
}

const LINES: LedgerLine[] = [
  { kind: 'finished', upload },
  { kind: 'finished', upload: { ...upload, own: '', ent: '', crc32: 0 } },
  { kind: 'logged', upl: UPL },
  { kind: 'void', upl: UPL },
  { kind: 'acked', upl: UPL, at: 1_790_000_001 },
  { kind: 'raised', upl: UPL, ep: 4 },
  { kind: 'ended', upl: UPL, ep: 1, at: 1_790_000_002 },
]

describe('ledger lines', () => {
  it('have this form', () => {
    // The CRC-32 was computed with Python's zlib.crc32 over the text behind it.
    expect(formatLedgerLine({ kind: 'acked', upl: UPL, at: 1_790_000_001 })).toBe(`20bb6120 A ${UPL} 1790000001\n`)
  })

  it.each(LINES.map((line) => [line.kind, line] as const))('%s is read as it was written', (_kind, line) => {
    expect(parseLedgerLine(formatLedgerLine(line).slice(0, -1))).toEqual(line)
  })

  it('cut at any byte is not read', () => {
    for (const line of LINES) {
      const text = formatLedgerLine(line).slice(0, -1)
      for (let length = 0; length < text.length; length += 1) expect(parseLedgerLine(text.slice(0, length))).toBeNull()
    }
  })

  it('with any character changed is not read', () => {
    const text = formatLedgerLine(LINES[0] as LedgerLine).slice(0, -1)
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === '1' ? '2' : '1'
      expect(parseLedgerLine(text.slice(0, at) + other + text.slice(at + 1))).toBeNull()
    }
  })
})
