import { describe, expect, it } from 'vitest'
import { hostFilter, plainAddress } from './host-filter.ts'

describe('hostFilter', () => {
  it('lets single addresses and blocks of both families in, and nobody else', () => {
    const isAllowed = hostFilter(['192.0.2.7', '10.1.0.0/16', '2001:db8::/32', '::1'])
    const addresses = ['192.0.2.7', '10.1.255.1', '2001:db8:1::9', '::1', '192.0.2.8', '10.2.0.1', '2001:db9::1', '']
    expect(addresses.map(isAllowed)).toEqual([true, true, true, true, false, false, false, false])
  })

  it('lets everyone in with an asterisk and no one with an empty list', () => {
    expect(hostFilter(['10.0.0.1', '*'])('192.0.2.1')).toBe(true)
    expect(hostFilter([])('127.0.0.1')).toBe(false)
  })

  it.each(['localhost', '10.0.0.0/33', '10.0.0.0/', '::/129', '10.0.0.0/8/8', '10.0.0.0/x', ''])(
    'refuses %j',
    (entry) => {
      expect(() => hostFilter([entry])).toThrow(RangeError)
    },
  )
})

describe('plainAddress', () => {
  it('gives mapped IPv4 addresses in dotted form and drops the scope', () => {
    const addresses = ['::ffff:10.0.0.1', 'fe80::1%eth0', '10.0.0.1', '::ffff:a00:1', '2001:db8::1']
    expect(addresses.map(plainAddress)).toEqual(['10.0.0.1', 'fe80::1', '10.0.0.1', '::ffff:a00:1', '2001:db8::1'])
  })
})
