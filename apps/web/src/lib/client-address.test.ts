import { describe, expect, it } from 'vitest'
import { clientAddress } from './client-address.ts'

describe('clientAddress', () => {
  it('believes no header when no proxy is trusted', () => {
    expect(clientAddress('192.0.2.7', '10.0.0.1', [])).toBe('192.0.2.7')
    expect(clientAddress('192.0.2.7', null, [])).toBe('192.0.2.7')
  })

  it('takes what the trusted proxy saw, not what the client wrote before it', () => {
    expect(clientAddress('10.0.0.1', '203.0.113.9, 192.0.2.7', ['10.0.0.1'])).toBe('192.0.2.7')
    expect(clientAddress('10.0.0.1', '203.0.113.9, 192.0.2.7, 10.0.0.2', ['10.0.0.0/24'])).toBe('192.0.2.7')
  })

  it('believes no header of a proxy that is not in the list', () => {
    expect(clientAddress('192.0.2.7', '203.0.113.9', ['10.0.0.0/8'])).toBe('192.0.2.7')
  })

  it('stops at what is no address', () => {
    expect(clientAddress('10.0.0.1', 'unknown', ['10.0.0.1'])).toBe('10.0.0.1')
    expect(clientAddress('10.0.0.1', null, ['10.0.0.1'])).toBe('10.0.0.1')
  })

  it('knows IPv4 addresses written as IPv6, and IPv6 networks', () => {
    expect(clientAddress('::ffff:10.0.0.1', '192.0.2.7', ['10.0.0.1'])).toBe('192.0.2.7')
    expect(clientAddress('fd00::1', '2001:db8::7', ['fd00::/8'])).toBe('2001:db8::7')
  })
})
