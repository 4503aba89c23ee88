import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clientOf } from './client-address.ts'
import { ownOrigin } from './own-origin.ts'
import { notePeerAddresses } from './peer-address.ts'

const PROXY = '127.0.0.2'
const ORIGINS = ['http://localhost:3000', 'https://drive.example']
const SAID = {
  Host: 'localhost:3000',
  'X-Forwarded-For': '192.0.2.7',
  'X-Forwarded-Host': 'drive.example',
  'X-Forwarded-Proto': 'https',
}

Object.assign(process.env, {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1/none',
  NEXTAUTH_SECRET: 'a secret of some length',
  CAIRN_TRACKERS: '127.0.0.1:1',
  CAIRN_KEYS: '/nowhere',
  CAIRN_TRUSTED_PROXIES: PROXY,
})

const server = createServer((incoming, response) => {
  const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  response.end(JSON.stringify({ ip: clientOf(headers).ip, origin: ownOrigin(headers, ORIGINS) }))
})

beforeAll(async () => {
  notePeerAddresses()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => server.close())

/** What a server takes a request for that says all this of itself and comes from there. */
function takenFrom(localAddress: string, headers: Record<string, string> = {}): Promise<unknown> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', localAddress, headers: { ...SAID, ...headers }, agent: false }
    const outgoing = request(options, async (incoming) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      resolve(JSON.parse(Buffer.concat(chunks).toString()))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

it('what a trusted proxy says of a request is believed', async () => {
  expect(await takenFrom(PROXY)).toEqual({ ip: '192.0.2.7', origin: 'https://drive.example' })
})

it('what a client says of itself is not: neither address nor host nor scheme', async () => {
  expect(await takenFrom('127.0.0.1')).toEqual({ ip: '127.0.0.1', origin: 'http://localhost:3000' })
})

it('no client writes the mark of its address, and Forwarded is believed of nobody', async () => {
  const forged = { 'X-Cairn-Peer': PROXY, Forwarded: 'for=192.0.2.9;host=drive.example;proto=https' }
  expect(await takenFrom('127.0.0.1', forged)).toEqual({ ip: '127.0.0.1', origin: 'http://localhost:3000' })
  expect(await takenFrom(PROXY, forged)).toMatchObject({ ip: '192.0.2.7' })
})
