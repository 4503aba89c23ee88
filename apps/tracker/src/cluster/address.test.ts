import { describe, expect, it } from 'vitest'
import {
  addressClass,
  addressFor,
  formatHostPort,
  innerFirst,
  ipv4Number,
  isIpAddress,
  parseHostsPort,
} from './address.ts'

describe('addresses', () => {
  it.each([
    ['10.0.0.11', 'net10'],
    ['172.15.0.1', 'outer'],
    ['172.16.0.1', 'net172'],
    ['172.31.255.1', 'net172'],
    ['172.32.0.1', 'outer'],
    ['192.168.1.1', 'net192'],
    ['192.169.1.1', 'outer'],
    ['203.0.113.9', 'outer'],
    ['2001:db8::1', 'outer'],
    ['1.1.1.1', 'unknown'],
  ])('%s is of the network %s', (ip, network) => {
    expect(addressClass(ip)).toBe(network)
  })

  it('of a server with two addresses the one in the own network is named, else the inner one', () => {
    const ips = innerFirst(['203.0.113.9', '10.0.0.11'])
    expect(ips).toEqual(['10.0.0.11', '203.0.113.9'])
    expect(addressFor(ips, addressClass('198.51.100.7'))).toBe('203.0.113.9')
    expect(addressFor(ips, addressClass('10.9.9.9'))).toBe('10.0.0.11')
    expect(addressFor(ips, addressClass('192.168.0.1'))).toBe('10.0.0.11')
    expect(addressFor(['10.0.0.11'], 'outer')).toBe('10.0.0.11')
  })

  it('an IPv4 address is one number, and nothing else is', () => {
    expect(ipv4Number('192.0.2.2')).toBe(0xc0000202)
    for (const text of ['', '1.2.3', '1.2.3.256', '1.2.3.4.5', '::1', 'a.b.c.d'])
      expect(ipv4Number(text)).toBe(undefined)
    expect(isIpAddress('fe80::1')).toBe(true)
    expect(isIpAddress('storage1')).toBe(false)
  })

  it.each([
    ['10.0.0.1:22122', ['10.0.0.1'], 22_122],
    ['10.0.0.1,203.0.113.9:22122', ['10.0.0.1', '203.0.113.9'], 22_122],
    ['[2001:db8::1]:1', ['2001:db8::1'], 1],
    ['[2001:db8::1,10.0.0.1]:65535', ['2001:db8::1', '10.0.0.1'], 65_535],
  ])('%s is read', (text, ips, port) => {
    expect(parseHostsPort(text)).toEqual({ ips, port })
  })

  it.each(['', '10.0.0.1', '10.0.0.1:0', '10.0.0.1:65536', 'a,b,c:1', '2001:db8::1:1', '[::1]', '[::1:1'])(
    '"%s" is not hosts and port',
    (text) => {
      expect(parseHostsPort(text)).toBe(undefined)
    },
  )

  it('IPv6 stands in brackets before a port', () => {
    expect(formatHostPort('2001:db8::1', 1)).toBe('[2001:db8::1]:1')
    expect(formatHostPort('10.0.0.1', 1)).toBe('10.0.0.1:1')
  })
})
