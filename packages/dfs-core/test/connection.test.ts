import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, openConnection, UnreachableError } from '../src/client/connection.ts'
import { ConnectionError, ProtocolError, ServerError, Status } from '../src/errors.ts'
import { frame, header, type RawPeer, type RawServer, rawServer, turn, until } from './raw-peer.ts'

const MIB = 1024 * 1024
const EMPTY = Buffer.alloc(0)

let server: RawServer
let connections: Connection[] = []

beforeEach(async () => {
  server = await rawServer()
})

afterEach(() => {
  for (const connection of connections) connection.close()
  connections = []
  server.close()
})

/** Both ends of a new connection. */
async function pair(networkTimeoutMs = 10_000): Promise<{ connection: Connection; peer: RawPeer }> {
  const connection = await openConnection(server.address, { connectTimeoutMs: 5000, networkTimeoutMs })
  connections.push(connection)
  return { connection, peer: await server.next() }
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  const result = await promise.then(
    () => new Error('it succeeded'),
    (error: Error) => error,
  )
  return result
}

describe('a request', () => {
  it('goes out as one frame and resolves with the body of the answer', async () => {
    const { connection, peer } = await pair()
    const answer = connection.request({ command: 22, status: 3, head: Buffer.from('ab'), body: Buffer.from('cd') })
    expect((await peer.read(14)).toString('hex')).toBe('000000000000000416036162' + '6364')
    peer.send(frame(100, 'done'))
    expect((await answer).toString()).toBe('done')
    expect(connection.usable).toBe(true)
  })

  it('with a body of many megabytes arrives whole', async () => {
    const { connection, peer } = await pair()
    const body = Buffer.alloc(9 * MIB, 'some content ')
    const answer = connection.request({ command: 11, head: Buffer.from('head'), body })
    expect((await peer.read(14)).toString('hex')).toBe(`${header(body.length + 4, 11).toString('hex')}68656164`)
    expect((await peer.read(body.length)).equals(body)).toBe(true)
    peer.send(frame(100))
    expect((await answer).length).toBe(0)
  })

  it('gets an answer that comes byte by byte', async () => {
    const { connection, peer } = await pair()
    const answer = connection.request({ command: 1, head: EMPTY })
    await peer.read(10)
    for (const byte of frame(100, 'slow')) {
      peer.send(Buffer.of(byte))
      await turn()
    }
    expect((await answer).toString()).toBe('slow')
  })

  it('rejects with the status, and the connection serves on', async () => {
    const { connection, peer } = await pair()
    const first = failure(connection.request({ command: 12, head: EMPTY }))
    peer.send(frame(100, 'no body belongs here', Status.ENOENT))
    const error = await first
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toMatchObject({ status: Status.ENOENT, command: 12 })
    const second = connection.request({ command: 111, head: EMPTY })
    peer.send(frame(100, 'ok'))
    expect((await second).toString()).toBe('ok')
  })

  it('that gets EINVAL leaves no usable connection, because storages close', async () => {
    const { connection, peer } = await pair()
    const answer = failure(connection.request({ command: 12, head: EMPTY }))
    peer.send(frame(100, '', Status.EINVAL))
    expect(await answer).toMatchObject({ status: Status.EINVAL })
    expect(connection.usable).toBe(false)
    await peer.rest()
  })

  it.each([
    [64 * 1024, true],
    [64 * 1024 + 1, false],
  ])('refused with a body of %i bytes leaves a usable connection: %s', async (size, usable) => {
    const { connection, peer } = await pair()
    const answer = failure(connection.request({ command: 11, head: EMPTY, body: Buffer.alloc(size) }))
    await peer.read(10)
    peer.send(frame(100, '', Status.ENOSPC))
    expect(await answer).toMatchObject({ status: Status.ENOSPC })
    expect(connection.usable).toBe(usable)
  })

  it.each([
    ['is no answer', frame(99, 'x')],
    ['is longer than accepted', frame(100, 'twelve bytes')],
    ['has a negative length', header(-1n, 100)],
  ])('whose answer %s rejects with ProtocolError and ends the connection', async (_what, bytes) => {
    const { connection, peer } = await pair()
    const answer = failure(connection.request({ command: 1, head: EMPTY, responseMax: 8 }))
    peer.send(bytes)
    expect(await answer).toBeInstanceOf(ProtocolError)
    expect(connection.usable).toBe(false)
    await peer.rest()
  })

  it('is answered even when more bytes than the answer come, but the connection is not used again', async () => {
    const { connection, peer } = await pair()
    const answer = connection.request({ command: 1, head: EMPTY })
    peer.send(frame(100, 'ok'), Buffer.from('surplus'))
    expect((await answer).toString()).toBe('ok')
    expect(connection.usable).toBe(false)
    await peer.rest()
  })

  it('finds a connection unusable after bytes that nobody asked for', async () => {
    const { connection, peer } = await pair()
    peer.send(frame(100))
    await peer.rest()
    expect(connection.usable).toBe(false)
  })
})

describe('a request without an answer', () => {
  it('rejects after the silence that is allowed', async () => {
    const { connection, peer } = await pair(60)
    const answer = failure(connection.request({ command: 7, head: EMPTY }))
    const error = await answer
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toBe(`command 7 to ${server.address}: no progress for 60 ms`)
    expect(connection.failure).toBe('broken')
    await peer.rest()
  })

  it('may be given more time than others', async () => {
    const { connection, peer } = await pair(20)
    const patient = connection.request({ command: 7, head: EMPTY, timeoutMs: 10_000 })
    // Another connection times out meanwhile.
    const { connection: other } = await pair(20)
    await failure(other.request({ command: 7, head: EMPTY }))
    peer.send(frame(100, 'at last'))
    expect((await patient).toString()).toBe('at last')
  })

  it('rejects when the server closes, and tells that nothing was answered', async () => {
    const { connection, peer } = await pair()
    const answer = failure(connection.request({ command: 7, head: EMPTY }))
    await peer.read(10)
    peer.socket.end()
    expect(await answer).toBeInstanceOf(ConnectionError)
    expect(connection.failure).toBe('unanswered')
  })

  it('rejects when the connection is reset, with the cause', async () => {
    const { connection, peer } = await pair()
    const answer = failure(connection.request({ command: 7, head: EMPTY }))
    await peer.read(10)
    peer.socket.resetAndDestroy()
    expect((await answer).cause).toMatchObject({ code: 'ECONNRESET' })
    expect(connection.failure).toBe('unanswered')
  })

  it('rejects when the server closes in the middle of the answer', async () => {
    for (const bytes of [frame(100, 'answer').subarray(0, 5), frame(100, 'answer').subarray(0, 13)]) {
      const { connection, peer } = await pair()
      const answer = failure(connection.request({ command: 7, head: EMPTY }))
      peer.send(bytes)
      peer.socket.end()
      expect(await answer).toBeInstanceOf(ConnectionError)
      expect(connection.failure).toBe('broken')
    }
  })

  it('rejects at once on a connection that the server closed before, and nothing was sent', async () => {
    const { connection, peer } = await pair()
    peer.socket.destroy()
    await until(() => !connection.usable)
    expect(await failure(connection.request({ command: 7, head: EMPTY }))).toBeInstanceOf(ConnectionError)
    expect(connection.failure).toBe('unsent')
  })
})

describe('a streamed body', () => {
  it('arrives whole, and a buffer may be used again for each chunk', async () => {
    const { connection, peer } = await pair()
    const chunk = Buffer.alloc(100_000)
    async function* chunks() {
      for (let i = 0; i < 50; i++) {
        await turn()
        yield chunk.fill(i)
      }
    }
    const answer = connection.request({ command: 11, head: EMPTY, body: { stream: chunks(), size: 5_000_000 } })
    await peer.read(10)
    for (let i = 0; i < 50; i++) expect((await peer.read(100_000)).equals(Buffer.alloc(100_000, i))).toBe(true)
    peer.send(frame(100))
    await answer
    expect(connection.usable).toBe(true)
  })

  it('is taken from its source no faster than the server reads', async () => {
    const { connection, peer } = await pair()
    let taken = 0
    function* chunks() {
      for (; taken < 1000; taken++) yield Buffer.alloc(MIB)
    }
    peer.socket.pause()
    const answer = failure(
      connection.request({ command: 11, head: EMPTY, body: { stream: Readable.from(chunks()), size: 1000 * MIB } }),
    )
    let before = -1
    while (before !== taken) {
      before = taken
      for (let i = 0; i < 50; i++) await turn()
    }
    // The kernel's buffers of both ends.
    expect(taken).toBeLessThan(32)
    connection.close()
    expect(await answer).toBeInstanceOf(ConnectionError)
  })

  it.each([
    ['too short', 2],
    ['too long', 4],
  ])('that is %s rejects and never completes the request', async (_what, chunkCount) => {
    const { connection, peer } = await pair()
    const stream = Readable.from(Array.from({ length: chunkCount }, () => Buffer.alloc(10)))
    const answer = failure(connection.request({ command: 11, head: EMPTY, body: { stream, size: 30 } }))
    expect(await answer).toBeInstanceOf(RangeError)
    expect((await peer.rest()).length).toBeLessThan(10 + 30)
    expect([connection.usable, stream.destroyed]).toEqual([false, true])
  })

  it('that is declared empty but is not sends nothing', async () => {
    const { connection, peer } = await pair()
    const stream = Readable.from([Buffer.from('x')])
    expect(await failure(connection.request({ command: 11, head: EMPTY, body: { stream, size: 0 } }))).toBeInstanceOf(
      RangeError,
    )
    expect((await peer.rest()).length).toBe(0)
  })

  it('that is empty is sent', async () => {
    const { connection, peer } = await pair()
    const answer = connection.request({ command: 11, head: EMPTY, body: { stream: Readable.from([]), size: 0 } })
    expect((await peer.read(10)).equals(frame(11))).toBe(true)
    peer.send(frame(100))
    await answer
  })

  it('whose source fails rejects with its error and ends the connection', async () => {
    const { connection, peer } = await pair()
    function* chunks() {
      yield Buffer.alloc(10)
      throw new Error('disk is gone')
    }
    const stream = Readable.from(chunks())
    const answer = failure(connection.request({ command: 11, head: EMPTY, body: { stream, size: 30 } }))
    expect((await answer).message).toBe('disk is gone')
    await peer.rest()
    expect(connection.usable).toBe(false)
  })

  it('is broken off by an error that comes before its end, and its source is let go', async () => {
    const { connection, peer } = await pair()
    const stream = new PassThrough()
    const answer = failure(connection.request({ command: 11, head: EMPTY, body: { stream, size: 1000 } }))
    stream.write(Buffer.alloc(10))
    await peer.read(20)
    peer.send(frame(100, '', Status.ENOSPC))
    expect(await answer).toMatchObject({ status: Status.ENOSPC })
    expect([connection.usable, stream.destroyed]).toEqual([false, true])
    await peer.rest()
  })

  it('is broken off by a success that comes before its end', async () => {
    const { connection, peer } = await pair()
    const stream = new PassThrough()
    const answer = failure(connection.request({ command: 11, head: EMPTY, body: { stream, size: 1000 } }))
    stream.write(Buffer.alloc(10))
    await peer.read(20)
    peer.send(frame(100))
    expect(await answer).toBeInstanceOf(ProtocolError)
    expect(connection.usable).toBe(false)
  })

  it('may come from a slow source: its silence is not the server silence', async () => {
    const { connection, peer } = await pair(1000)
    const stream = new PassThrough()
    const answer = connection.request({ command: 11, head: EMPTY, body: { stream, size: 4 } })
    await peer.read(10)
    const { connection: clock } = await pair(1200)
    await failure(clock.request({ command: 7, head: EMPTY }))
    stream.end(Buffer.from('late'))
    expect((await peer.read(4)).toString()).toBe('late')
    peer.send(frame(100))
    await answer
  })

  it('is timed out when the server does not read', async () => {
    const { connection, peer } = await pair(60)
    peer.socket.pause()
    const stream = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(MIB)))
    const answer = failure(connection.request({ command: 11, head: EMPTY, body: { stream, size: 100 * MIB } }))
    expect((await answer).message).toContain('no progress for 60 ms')
  })
})

describe('a download', () => {
  it('streams what comes and frees the connection with the last byte', async () => {
    const { connection, peer } = await pair()
    let freed = 0
    const content = Buffer.alloc(3 * MIB, 'content ')
    const pending = connection.download({ command: 14, head: EMPTY }, () => {
      freed += 1
    })
    await peer.read(10)
    peer.send(frame(100, content))
    const { size, stream } = await pending
    expect(size).toBe(content.length)
    expect(Buffer.concat(await stream.toArray()).equals(content)).toBe(true)
    expect([freed, connection.usable]).toEqual([1, true])
  })

  it('is not read ahead of its reader, nor timed out for him', async () => {
    const { connection, peer } = await pair(1000)
    const pending = connection.download({ command: 14, head: EMPTY }, () => undefined)
    peer.send(header(64 * MIB, 100))
    let sent = 0
    const block = Buffer.alloc(MIB)
    const fill = () => {
      while (sent < 64 && peer.socket.write(block)) sent += 1
    }
    peer.socket.on('drain', () => {
      sent += 1
      fill()
    })
    fill()
    const { stream } = await pending
    const { connection: clock } = await pair(1200)
    await failure(clock.request({ command: 7, head: EMPTY }))
    expect(sent).toBeLessThan(32)
    let received = 0
    for await (const chunk of stream) received += chunk.length
    expect(received).toBe(64 * MIB)
  })

  it('that is destroyed by its reader closes the connection', async () => {
    const { connection, peer } = await pair()
    let freed = 0
    const pending = connection.download({ command: 14, head: EMPTY }, () => {
      freed += 1
    })
    peer.send(header(1000, 100), Buffer.alloc(10))
    const { stream } = await pending
    stream.destroy()
    await peer.rest()
    expect([freed, connection.usable]).toEqual([1, false])
  })

  it('that breaks off fails the stream', async () => {
    const { connection, peer } = await pair()
    const pending = connection.download({ command: 14, head: EMPTY }, () => undefined)
    peer.send(header(1000, 100), Buffer.alloc(10))
    const { stream } = await pending
    peer.socket.end()
    expect(await failure(stream.toArray())).toBeInstanceOf(ConnectionError)
    expect(connection.usable).toBe(false)
  })

  it('of nothing ends at once', async () => {
    const { connection, peer } = await pair()
    const pending = connection.download({ command: 14, head: EMPTY }, () => undefined)
    peer.send(frame(100))
    const { size, stream } = await pending
    expect([size, await stream.toArray()]).toEqual([0, []])
  })

  it('that is refused rejects with the status and frees the connection', async () => {
    const { connection, peer } = await pair()
    let freed = 0
    const pending = failure(
      connection.download({ command: 14, head: EMPTY }, () => {
        freed += 1
      }),
    )
    peer.send(frame(100, '', Status.ENOENT))
    expect(await pending).toMatchObject({ status: Status.ENOENT })
    expect([freed, connection.usable]).toEqual([1, true])
  })
})

describe('connecting', () => {
  it('to a port where nobody listens rejects, and nothing was sent', async () => {
    server.close()
    const error = await failure(openConnection(server.address, { connectTimeoutMs: 5000, networkTimeoutMs: 5000 }))
    expect(error).toBeInstanceOf(UnreachableError)
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('to an address that does not answer rejects after the timeout', async () => {
    // TEST-NET-1: packets to it go nowhere, or come back as unreachable.
    const error = await failure(openConnection('192.0.2.1:9', { connectTimeoutMs: 50, networkTimeoutMs: 5000 }))
    expect(error).toBeInstanceOf(UnreachableError)
  })

  it('to something that is no address rejects with RangeError', async () => {
    const error = await failure(openConnection('nowhere', { connectTimeoutMs: 50, networkTimeoutMs: 5000 }))
    expect(error).toBeInstanceOf(RangeError)
  })

  it('from an address of our choice shows that address to the server', async () => {
    const timeouts = { connectTimeoutMs: 5000, networkTimeoutMs: 5000, localAddress: '127.0.0.9' }
    connections.push(await openConnection(server.address, timeouts))
    expect((await server.next()).socket.remoteAddress).toBe('127.0.0.9')
  })

  it('and closing says QUIT', async () => {
    const { connection, peer } = await pair()
    connection.close()
    expect((await peer.rest()).equals(frame(82))).toBe(true)
  })
})
