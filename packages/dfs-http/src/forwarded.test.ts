import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostFilter } from '@cairn/dfs-core/server'
import { describe, expect, it } from 'vitest'
import { clientAddress, forwardedReader, type Sender, senderOf } from './forwarded.ts'

const addressBehind = (peer: string, forwardedFor: string, trusted: readonly string[]) =>
  clientAddress(peer, forwardedFor, hostFilter(trusted))

describe('the address of a client', () => {
  it('is that of the connection when no proxy is trusted', () => {
    expect(addressBehind('192.0.2.7', '10.0.0.1', [])).toBe('192.0.2.7')
    expect(addressBehind('192.0.2.7', '', [])).toBe('192.0.2.7')
  })

  it('is what the trusted proxy saw, not what the client wrote before it', () => {
    expect(addressBehind('10.0.0.1', '203.0.113.9, 192.0.2.7', ['10.0.0.1'])).toBe('192.0.2.7')
    expect(addressBehind('10.0.0.1', '203.0.113.9, 192.0.2.7, 10.0.0.2', ['10.0.0.0/24'])).toBe('192.0.2.7')
  })

  it('is that of a proxy that is not in the list', () => {
    expect(addressBehind('192.0.2.7', '203.0.113.9', ['10.0.0.0/8'])).toBe('192.0.2.7')
  })

  it('is the last one known before what is no address', () => {
    expect(addressBehind('10.0.0.1', 'unknown', ['10.0.0.1'])).toBe('10.0.0.1')
    expect(addressBehind('10.0.0.1', '', ['10.0.0.1'])).toBe('10.0.0.1')
  })

  it('may be an IPv4 address written as IPv6, and lie behind IPv6 networks', () => {
    expect(addressBehind('fd00::1', '2001:db8::7', ['fd00::/8'])).toBe('2001:db8::7')
    expect(addressBehind('fd00::1', '::ffff:192.0.2.7', ['fd00::/8'])).toBe('192.0.2.7')
  })
})

/** What a server with these trusted proxies takes a request with these headers from 127.0.0.1 for. */
async function received(
  trusted: readonly string[],
  headers: Record<string, string>,
): Promise<Sender & { host: string }> {
  const read = forwardedReader(trusted)
  const server = createServer()
  const arrival = new Promise<IncomingMessage>((resolve) => {
    server.on('request', (request, response) => {
      response.end()
      resolve(request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  send({ port, host: '127.0.0.1', headers: { Host: 'inner:8888', ...headers } }, (answer) => answer.resume()).end()
  const request = await arrival
  read(request)
  const seen = { ...senderOf(request), host: request.headers.host ?? '' }
  server.closeAllConnections()
  server.close()
  return seen
}

const SAID = {
  'X-Forwarded-For': '192.0.2.7',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'files.example',
  'X-Forwarded-Prefix': '/100001/',
}

describe('what is said of a request', () => {
  it('is believed of a trusted proxy', async () => {
    const base = 'https://files.example/100001'
    expect(await received(['127.0.0.1'], SAID)).toEqual({ address: '192.0.2.7', base, host: 'files.example' })
  })

  it('is believed of nobody else', async () => {
    const plain = { address: '127.0.0.1', base: null, host: 'inner:8888' }
    expect(await received([], SAID)).toEqual(plain)
    expect(await received(['10.0.0.0/8'], SAID)).toEqual(plain)
  })

  it('says nothing of the outer address without a scheme, or with what is no host or path', async () => {
    const baseOf = async (changes: Record<string, string>) =>
      (await received(['127.0.0.1'], { ...SAID, ...changes })).base
    expect(await baseOf({ 'X-Forwarded-Proto': 'gopher' })).toBeNull()
    expect(await baseOf({ 'X-Forwarded-Host': 'a b' })).toBeNull()
    expect(await baseOf({ 'X-Forwarded-Prefix': '/a?b' })).toBeNull()
    expect(await baseOf({ 'X-Forwarded-Host': '[2001:db8::7]:444' })).toBe('https://[2001:db8::7]:444/100001')
  })
})
