import { describe, expect, it } from 'vitest'
import { formatAddress, parseAddress } from './address.ts'

describe('addresses', () => {
  it.each([
    ['127.0.0.1:22122', '127.0.0.1', 22122],
    ['tracker.example:1', 'tracker.example', 1],
    ['[2001:db8::1]:65535', '2001:db8::1', 65535],
  ])('%s are read and written back', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port })
    expect(formatAddress(host, port)).toBe(text)
  })

  it.each(['', '127.0.0.1', ':80', 'host:', 'host:0', 'host:65536', 'host:-1', 'host:1e3', '[]:80', 'host:80 '])(
    '%j is refused',
    (text) => {
      expect(() => parseAddress(text)).toThrow(RangeError)
    },
  )
})
