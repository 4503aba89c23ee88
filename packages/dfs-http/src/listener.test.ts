import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { type Listener, type ListenerOptions, startListener } from './listener.ts'

const CONNECTIONS_MAX = 8

let listener: Listener | undefined
const refused: string[] = []

afterEach(() => listener?.close())

async function listen(handle: ListenerOptions['handle']): Promise<number> {
  listener = await startListener({
    port: 0,
    host: '127.0.0.1',
    maxConnections: CONNECTIONS_MAX,
    trustedProxies: [],
    handle,
    acceptFailed: (error) => refused.push(error.message),
  })
  return listener.port
}

it('requests that are sent without waiting for answers are carried out one after the other', async () => {
  const steps: string[] = []
  const port = await listen(async (request, response) => {
    steps.push(`begin ${request.method} ${request.url}`)
    for await (const chunk of request) steps.push(String(chunk))
    for (let turn = 0; turn < 10; turn += 1) await setImmediate()
    steps.push(`end ${request.url}`)
    response.end(`answer ${request.url}\n`)
  })
  const socket = connect(port, '127.0.0.1')
  const patch = 'PATCH /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello'
  socket.write(`${patch}GET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  let text = ''
  socket.on('data', (bytes) => {
    text += String(bytes)
  })
  await once(socket, 'close')
  expect(steps).toEqual(['begin PATCH /1', 'hello', 'end /1', 'begin GET /2', 'end /2', 'begin GET /3', 'end /3'])
  expect(text.match(/answer \/\d/g)).toEqual(['answer /1', 'answer /2', 'answer /3'])
})

it('more clients are served than connections may be open, as long as most of them only wait', async () => {
  const port = await listen((_request, response) => response.end('here'))
  const answers: string[] = []
  const sockets: Socket[] = []
  for (let client = 0; client < 3 * CONNECTIONS_MAX; client += 1) {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const [bytes] = await Promise.race([once(socket, 'data'), once(socket, 'close')])
    answers.push(String(bytes).slice(-4))
  }
  expect(answers).toEqual(Array.from({ length: 3 * CONNECTIONS_MAX }, () => 'here'))
  for (const socket of sockets) socket.destroy()
})

it('a connection ends on which a thousand requests are sent ahead, and one with a hundred does not', async () => {
  const began: unknown[] = []
  let answerFirst: (() => void) | undefined
  const port = await listen((request, response) => {
    began.push(request.url)
    if (request.url === '/held') answerFirst = () => response.end()
    else response.end()
  })
  const ahead = (count: number) =>
    'GET /held HTTP/1.1\r\nHost: x\r\n\r\n'.concat('GET /next HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count))
  const greedy = connect(port, '127.0.0.1')
  greedy.on('error', () => greedy.destroy())
  greedy.write(ahead(1000))
  await once(greedy, 'close')
  expect(began).toEqual(['/held'])
  const modest = connect(port, '127.0.0.1')
  modest.write(ahead(100))
  await expect.poll(() => began.length).toBe(2)
  answerFirst?.()
  await expect.poll(() => began.length).toBe(102)
  modest.destroy()
})

it('a request that waits for its turn is forgotten with its connection', async () => {
  const began: unknown[] = []
  const port = await listen((request, response) => {
    began.push(request.url)
    response.on('close', () => began.push('closed'))
    socket.destroy()
  })
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n')
  await expect.poll(() => began).toEqual(['/1', 'closed'])
  await setImmediate()
  expect(began).toEqual(['/1', 'closed'])
})

it('a connection that cannot be accepted is told of, and others are served', async () => {
  let server: unknown
  const port = await listen((request, response) => {
    server = Reflect.get(request.socket, 'server')
    response.end('here')
  })
  const ask = async () => await (await fetch(`http://127.0.0.1:${port}/`)).text()
  expect(await ask()).toBe('here')
  if (!(server instanceof Server)) throw new Error('a connection does not know its server')
  // As Node.js tells of accept(2) when the process has no descriptor left.
  server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }))
  expect(refused).toEqual(['accept EMFILE'])
  expect(await ask()).toBe('here')
})

it('connections that somebody else has accepted are served within the same limit, and end with the listener', async () => {
  const begun: ServerResponse[] = []
  await listen((_request, response) => begun.push(response))
  const handed = Array.from({ length: CONNECTIONS_MAX + 1 }, () => {
    const [ours, theirs] = streamPair()
    listener?.serve(theirs)
    ours.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    return theirs
  })
  await expect.poll(() => begun.length).toBe(CONNECTIONS_MAX)
  expect(handed.map(({ destroyed }) => destroyed)).toEqual([...Array(CONNECTIONS_MAX).fill(false), true])
  expect(listener?.connections).toBe(CONNECTIONS_MAX)
  await listener?.close()
  expect(handed.every(({ destroyed }) => destroyed)).toBe(true)
})

it('a listener that has left its socket to others accepts again when they are gone, and keeps its connections', async () => {
  const port = await listen((_request, response) => response.end('here'))
  const ask = (socket: Socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    return once(socket, 'data').catch((error) => [error])
  }
  const early = connect(port, '127.0.0.1')
  await ask(early)
  listener?.leaveAccepting()
  const [refused] = await ask(connect(port, '127.0.0.1'))
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  expect(String(await ask(early))).toContain('here')
  await listener?.acceptAgain()
  const late = connect(port, '127.0.0.1')
  expect(String(await ask(late))).toContain('here')
  for (const socket of [early, late]) socket.destroy()
})

/** Two ends of a connection in memory. */
function streamPair(): [Duplex, Duplex] {
  const ends: Duplex[] = []
  const end = (other: number) =>
    new Duplex({ read: () => undefined, write: (chunk, _encoding, done) => done(void ends[other]?.push(chunk)) })
  ends.push(end(1), end(0))
  return ends as [Duplex, Duplex]
}
