import { closeSync, openSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CommandHandler, type CommandServer, createCommandServer, createRelay } from '../src/server/index.ts'
import type { RelayState } from '../src/server/relay.ts'
import { frame, header, RawPeer, until } from './raw-peer.ts'

interface Count {
  requests: number
}

const COUNT = 60
const SUM = 61
const FILE = 62
const REFUSE = 63
const HANG_UP = 64
const HERE = 70
const WHO = 71
const KIB = 1024
const MIB = 1024 * KIB

/** The other server: what it answers tells which connection it took the request for. */
const there: ReadonlyArray<readonly [number, CommandHandler<Count>]> = [
  [
    COUNT,
    {
      kind: 'buffered',
      bodyMax: 1000,
      handle(request, reply) {
        request.state.requests += 1
        reply.ok(Buffer.from(`${request.state.requests} ${request.head.toString('latin1')}`))
      },
    },
  ],
  [
    SUM,
    {
      kind: 'streamed',
      bodyMax: 1000 * MIB,
      begin(_request, reply) {
        let sum = 0
        return {
          headConsumed: 0,
          write(chunk) {
            for (const byte of chunk) sum += byte
          },
          end: () => reply.ok(Buffer.from(String(sum))),
          abort: () => undefined,
        }
      },
    },
  ],
  [
    FILE,
    {
      kind: 'buffered',
      bodyMax: 10,
      handle(_request, reply) {
        const fd = openSync('/dev/zero', 'r')
        reply.sendFile({ fd, offset: 0, length: 8 * MIB }, () => closeSync(fd))
      },
    },
  ],
  [
    REFUSE,
    {
      kind: 'streamed',
      bodyMax: 1000 * MIB,
      begin(_request, reply) {
        reply.fail(17)
        return null
      },
    },
  ],
  [HANG_UP, { kind: 'buffered', bodyMax: 10, handle: (_request, reply) => reply.hangUp() }],
]

let backend: CommandServer
let front: CommandServer
let port: number
const streams: Socket[] = []
const peers: RawPeer[] = []

beforeEach(async () => {
  backend = createCommandServer<Count>({
    handlers: new Map(there),
    newState: () => ({ requests: 0 }),
    limits: { maxConnections: 100, networkTimeoutMs: 10_000 },
    unknownCommand: 'close',
    closeOnEinval: true,
  })
  const backendPort = await backend.listen(0, '127.0.0.1')
  const relay = createRelay<RelayState>(() => {
    const stream = connect(backendPort, '127.0.0.1')
    streams.push(stream)
    return stream
  })
  const here: CommandHandler<RelayState> = {
    kind: 'buffered',
    bodyMax: 1000,
    handle(request, reply) {
      if (request.head.toString() === 'mine') reply.ok(Buffer.from('here'))
      else relay.pass({ ...request, command: COUNT }, reply)
    },
  }
  front = createCommandServer<RelayState>({
    handlers: new Map<number, CommandHandler<RelayState>>([
      ...[COUNT, SUM, FILE, REFUSE, HANG_UP, 65].map((code) => [code, relay.handler] as const),
      [HERE, here],
      [WHO, { kind: 'buffered', bodyMax: 0, handle: (request, reply) => reply.ok(Buffer.from(request.remoteAddress)) }],
    ]),
    newState: () => ({ relayed: null }),
    connectionClosed: (state) => relay.connectionClosed(state),
    limits: { maxConnections: 100, networkTimeoutMs: 10_000 },
    unknownCommand: 'close',
    closeOnEinval: true,
  })
  port = await front.listen(0, '127.0.0.1')
})
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.socket.destroy()
  await front.close(0)
  await backend.close(0)
  streams.length = 0
})

async function client(): Promise<RawPeer> {
  const peer = await RawPeer.connect(port)
  peers.push(peer)
  return peer
}

async function answer(peer: RawPeer): Promise<string> {
  const head = await peer.read(10)
  return `${head[9]} ${(await peer.read(Number(head.readBigInt64BE(0)))).toString('latin1')}`
}

describe('a relay', () => {
  it('gives each connection one of its own at the other server, and answers come in the order of the requests', async () => {
    const [one, two] = [await client(), await client()]
    one.send(frame(COUNT, 'a'), frame(HERE, 'mine'), frame(COUNT, 'b'))
    expect([await answer(one), await answer(one), await answer(one)]).toEqual(['0 1 a', '0 here', '0 2 b'])
    two.send(frame(COUNT, 'c'), frame(HERE, 'not mine'))
    expect([await answer(two), await answer(two)]).toEqual(['0 1 c', '0 2 not mine'])
    expect(streams.length).toBe(2)
  })

  it('passes a body of any length on as it comes', async () => {
    const peer = await client()
    const body = Buffer.alloc(3 * MIB, 1)
    peer.send(header(body.length, SUM), body)
    expect(await answer(peer)).toBe(`0 ${body.length}`)
    peer.send(frame(SUM))
    expect(await answer(peer)).toBe('0 0')
  })

  it('does not fetch more of an answer than a client takes', async () => {
    const peer = await client()
    peer.socket.pause()
    peer.send(frame(FILE))
    await until(() => (streams[0]?.bytesRead ?? 0) > 0)
    let before = -1
    // Until nothing moves any more: all buffers between are full.
    while (before !== streams[0]?.bytesRead) {
      before = streams[0]?.bytesRead ?? 0
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(before).toBeLessThan(8 * MIB)
    peer.socket.resume()
    expect((await answer(peer)).length).toBe(8 * MIB + 2)
  })

  it('goes on after a request that was refused before its body was read', async () => {
    const peer = await client()
    peer.send(header(200 * KIB, REFUSE), Buffer.alloc(100 * KIB))
    expect(await answer(peer)).toBe('17 ')
    peer.send(Buffer.alloc(100 * KIB), frame(COUNT, 'after'))
    expect(await answer(peer)).toBe('0 1 after')
  })

  it('ends a connection that the other server ends, after its last answer', async () => {
    const [unknown, hungUp] = [await client(), await client()]
    unknown.send(frame(65))
    expect(await answer(unknown)).toBe('22 ')
    await until(() => unknown.closed)
    hungUp.send(frame(COUNT, 'a'), frame(HANG_UP))
    expect(await answer(hungUp)).toBe('0 1 a')
    await until(() => hungUp.closed)
    await until(() => front.connections === 0)
  })

  it('takes no request behind one that the other server refuses as malformed', async () => {
    const peer = await client()
    peer.send(frame(65), frame(HERE, 'mine'))
    await until(() => peer.closed)
    expect((await peer.read(10))[9]).toBe(22)
    await expect(peer.read(10)).rejects.toThrow()
  })

  it('ends the other connection with a client that leaves, in mid-request too', async () => {
    const [idle, busy] = [await client(), await client()]
    idle.send(frame(COUNT))
    await answer(idle)
    busy.send(header(1000, SUM), Buffer.alloc(10))
    await until(() => backend.connections === 2)
    idle.socket.destroy()
    busy.socket.destroy()
    await until(() => backend.connections === 0)
  })
})

describe('a connection that came in another way', () => {
  it('is served under the address that it came with, and not counted', async () => {
    const door = createServer((socket) => front.serve(socket, '10.0.0.9'))
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    const peer = await RawPeer.connect((door.address() as AddressInfo).port)
    peers.push(peer)
    peer.send(frame(HERE, 'mine'), frame(WHO))
    expect([await answer(peer), await answer(peer)]).toEqual(['0 here', '0 10.0.0.9'])
    expect(front.connections).toBe(0)
    door.close()
  })
})
