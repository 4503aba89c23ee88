import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { literalAddress, readMalformedAddresses } from './malformed-addresses.ts'

const server = createServer((incoming, response) => {
  response.end(incoming.url)
})
beforeAll(async () => {
  readMalformedAddresses()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => server.close())

describe('an address', () => {
  it.each(['/', '/drive', '/drive/abc?sort=name&x=%E0%A4%A', '/s/%E6%BD%AE', '/a%2Fb%25', '*', '/%00'])(
    '%s stays as it is',
    (address) => {
      expect(literalAddress(address)).toBe(address)
    },
  )

  it.each([
    ['/drive/%E0%A4%A', '/drive/%25E0%25A4%25A'],
    ['/%', '/%25'],
    ['/api/drive/entries/%zz/url?inline=1&n=%41', '/api/drive/entries/%25zz/url?inline=1&n=%41'],
    ['/s/%E6%BD%AE%ff', '/s/%25E6%25BD%25AE%25ff'],
  ])('%s, which cannot be decoded, is %s', (address, literal) => {
    expect(literalAddress(address)).toBe(literal)
    expect(literalAddress(literal)).toBe(literal)
  })

  it('is read so before whoever answers sees it', async () => {
    const { port } = server.address() as AddressInfo
    const seen = await new Promise<string>((resolve, reject) => {
      const outgoing = request({ port, host: '127.0.0.1', path: '/drive/%E0%A4%A', agent: false }, async (incoming) => {
        let text = ''
        for await (const chunk of incoming) text += String(chunk)
        resolve(text)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
    expect(seen).toBe('/drive/%25E0%25A4%25A')
  })
})
