import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import { encodeEmptyFrame, encodeFrame, HEADER_SIZE, readHeader, writeHeader } from './frame.ts'
import { storageCommands } from './storage-commands.ts'
import { trackerCommands } from './tracker-commands.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s+/g, ''), 'hex')

describe('the header', () => {
  // Client protocol §12.
  it.each([
    ['0000000000000000 6F 00', { length: 0, command: 111, status: 0 }],
    ['0000000000000028 64 00', { length: 40, command: 100, status: 0 }],
    ['0000000000000000 64 16', { length: 0, command: 100, status: 22 }],
    ['0000000140000000 0B 00', { length: 0x140000000, command: 11, status: 0 }],
    ['001FFFFFFFFFFFFF 0B FF', { length: 2 ** 53 - 1, command: 11, status: 255 }],
  ])('%s reads and writes', (bytes, header) => {
    expect(readHeader(hex(`eeee ${bytes}`), 2)).toEqual(header)
    const buf = Buffer.alloc(HEADER_SIZE + 2, 0xee)
    writeHeader(buf, 1, header)
    expect(buf.toString('hex')).toBe(`ee${hex(bytes).toString('hex')}ee`)
  })

  it.each(['FFFFFFFFFFFFFFFF', '8000000000000000', '0020000000000000', '7FFFFFFFFFFFFFFF'])(
    'with the length %s is refused',
    (length) => {
      expect(() => readHeader(hex(`${length} 0B 00`), 0)).toThrow(ProtocolError)
    },
  )

  it('refuses to write a length that is no byte count', () => {
    for (const length of [-1, 1.5, 2 ** 53, Number.NaN]) {
      expect(() => writeHeader(Buffer.alloc(10), 0, { length, command: 1, status: 0 })).toThrow(RangeError)
    }
  })
})

describe('encodeFrame', () => {
  it('puts header and body into one buffer', () => {
    // Client protocol §12, the answer to 101.
    const { response } = trackerCommands.queryStoreWithoutGroupOne
    const value = { group: 'group1', ip: '192.0.2.2', port: 24_000, storePathIndex: 0 }
    expect(encodeFrame({ command: 100, status: 0 }, response, value).toString('hex')).toBe(
      hex(`0000000000000028 64 00
        67726F757031 00000000000000000000
        3139322E302E322E32 000000000000
        0000000000005DC0
        00`).toString('hex'),
    )
  })

  it('carries flags in the status of a request', () => {
    const { code, request } = storageCommands.queryFileInfo
    const frame = encodeFrame({ command: code, status: 3 }, request, { group: 'g', name: 'M00/00/00/abc' })
    expect(frame.subarray(0, 10).toString('hex')).toBe('000000000000001d1603')
  })

  it('makes a bare header for an error', () => {
    expect(encodeEmptyFrame(100, 2).toString('hex')).toBe('00000000000000006402')
  })
})
