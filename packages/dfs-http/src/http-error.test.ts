import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { answerError, HttpError } from './http-error.ts'

const lines: unknown[] = []
const note = (line: unknown) => lines.push(line)
const logger = { debug: note, info: note, warn: note, error: note }
const MIB = 1024 * 1024
const BODY_BYTES = 64 * MIB

let server: Server
let port: number
let client: Socket

beforeEach(async () => {
  server = createServer((request, response) => {
    if (request.method === 'GET') response.end('here')
    request.once('data', () => {
      request.pause()
      answerError({ request, response, logger }, new HttpError(507, 'disk_full', 'the disk is full'))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  client = connect(port, '127.0.0.1')
})

afterEach(() => {
  client.destroy()
  server.closeAllConnections()
  server.close()
})

function head(connection: 'close' | 'keep-alive'): string {
  return `PATCH / HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`
}

it('who sends more than is wanted, keeps no connection and looks up only then still hears why', async () => {
  const broken: Error[] = []
  client.on('error', (error) => broken.push(error))
  client.write(head('close'))
  // It writes as fast as it may, and reads nothing until it is held up: as one that has a lot to do.
  while (client.write(Buffer.alloc(64 * 1024)) || (await moved(client)));
  expect(broken).toEqual([])
  const text = heard()
  await expect.poll(text).toContain('{"code":"disk_full","message":"the disk is full"}')
  expect(text()).toMatch(/^HTTP\/1.1 507 /)
  // Nobody can hold a connection by sending on.
  await expect.poll(() => client.closed, { timeout: 10_000 }).toBe(true)
  expect(lines).toEqual([])
})

it('a connection whose body will not be read to its end takes no request more, and the answer says so', async () => {
  client.write(head('keep-alive') + 'x'.repeat(1000))
  const text = heard()
  await expect.poll(text).toContain('the disk is full')
  expect(text()).toMatch(/\r\nConnection: close\r\n/)
  client.on('error', () => lines.push('reset'))
  while (!client.destroyed && (client.write(Buffer.alloc(64 * 1024)) || (await moved(client))));
  await expect.poll(() => client.closed).toBe(true)
})

it.each([100_000, MIB])('the request after one of %i bytes that was refused is answered', async (bytes) => {
  for (let turn = 0; turn < 20; turn += 1) {
    const refused = await fetch(`http://127.0.0.1:${port}/`, { method: 'PATCH', body: Buffer.alloc(bytes) })
    expect(await refused.text()).toContain('the disk is full')
    const next = await fetch(`http://127.0.0.1:${port}/`)
    expect(await next.text()).toBe('here')
  }
})

/** Whether what was written has left soon: false when the other end takes no more, or is gone. */
function moved(socket: Socket): Promise<boolean> {
  const drained = once(socket, 'drain').then(
    () => true,
    () => false,
  )
  return Promise.race([drained, after(100, false)])
}

/** What the client has read until now. */
function heard(): () => string {
  let text = ''
  client.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}
