import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { SendPace } from './send-pace.ts'
import { sendWhole } from './upload-whole.ts'

const content = 'a small file'
const file = new File([content], 'small.txt')
const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function storage(answer: RequestListener) {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/`
  return { endpoint, uploadUrl: `${endpoint}x`, ticket: 'v1.t', ticketExpiresAt: '', storageName: '1', receivedAt: 0 }
}

async function send(answer: RequestListener, stop = new AbortController()) {
  const sent: number[] = []
  const place = await storage(answer)
  const pace = new SendPace()
  const result = await sendWhole({
    file,
    size: content.length,
    place,
    pace,
    onSent: (bytes) => sent.push(bytes),
    signal: stop.signal,
  })
  return { result, sent }
}

test('a small file goes with the request that creates its upload, and its receipt comes back with the answer', async () => {
  let got: { method: string | undefined; headers: IncomingHttpHeaders; body: string } | undefined
  const { result, sent } = await send((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      got = { method: request.method, headers: request.headers, body }
      response.writeHead(201, { 'Upload-Offset': '12', 'Cairn-Receipt': 'v1.r' }).end()
    })
  })
  expect(result).toEqual({ kind: 'sent', receipt: 'v1.r' })
  expect(sent).toEqual([12])
  expect(got).toMatchObject({
    method: 'POST',
    headers: { authorization: 'Bearer v1.t', 'tus-resumable': '1.0.0', 'upload-length': '12' },
    body: content,
  })
})

test('what the storage did not take as a whole goes on later', async () => {
  const { result, sent } = await send((_, response) => response.writeHead(201, { 'Upload-Offset': '5' }).end())
  expect(result).toEqual({ kind: 'interrupted', by: 'storage' })
  expect(sent).toEqual([])
})

test('a refusal speaks for itself, and a broken connection is the network’s', async () => {
  const refused = await send((_, response) => response.writeHead(413).end('{"code":"too_large"}'))
  expect(refused.result).toEqual({ kind: 'refused', code: 'too_large' })
  const broken = await send((request) => request.socket.destroy())
  expect(broken.result).toEqual({ kind: 'interrupted', by: 'network' })
})

test('it can be stopped while the storage is silent', async () => {
  const stop = new AbortController()
  const { result } = await send(() => stop.abort(), stop)
  expect(result).toEqual({ kind: 'stopped' })
})
