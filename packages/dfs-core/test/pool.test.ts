import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConnectionPool, type PoolOptions } from '../src/client/pool.ts'
import { ConnectionError, ServerError, Status } from '../src/errors.ts'
import { frame, header, type RawPeer, type RawServer, rawServer, turn, until } from './raw-peer.ts'

const EMPTY = Buffer.alloc(0)

let server: RawServer
let pools: ConnectionPool[] = []

beforeEach(async () => {
  server = await rawServer()
})

afterEach(() => {
  for (const pool of pools) pool.close()
  pools = []
  server.close()
})

function open(options: PoolOptions = {}): ConnectionPool {
  const pool = new ConnectionPool({ connectTimeoutMs: 5000, networkTimeoutMs: 5000, ...options })
  pools.push(pool)
  return pool
}

/** A pool with one idle connection, and the other end of that. */
async function warm(options: PoolOptions = {}): Promise<{ pool: ConnectionPool; peer: RawPeer }> {
  const pool = open(options)
  const answer = pool.request(server.address, { command: 111, head: EMPTY })
  const peer = await server.next()
  await peer.read(10)
  peer.send(frame(100))
  await answer
  return { pool, peer }
}

async function serveOne(body: string): Promise<RawPeer> {
  const peer = await server.next()
  await peer.read(10)
  peer.send(frame(100, body))
  return peer
}

describe('a connection', () => {
  it('is used again for the next request', async () => {
    const { pool, peer } = await warm()
    const answer = pool.request(server.address, { command: 15, head: EMPTY })
    await peer.read(10)
    peer.send(frame(100, 'again'))
    expect((await answer).toString()).toBe('again')
    expect([server.peers.length, pool.open(server.address)]).toEqual([1, 1])
  })

  it('is opened for each request at the same time, and only idleMax of them are kept', async () => {
    const pool = open({ idleMax: 2 })
    const answers = Array.from({ length: 4 }, () => pool.request(server.address, { command: 15, head: EMPTY }))
    await until(() => server.peers.length === 4)
    for (const peer of server.peers) peer.send(frame(100))
    await Promise.all(answers)
    expect(pool.open(server.address)).toBe(2)
    await until(() => server.peers.filter(({ closed }) => closed).length === 2)
  })

  it('stays after an error status, and goes after EINVAL and after a broken answer', async () => {
    for (const [bytes, left] of [
      [frame(100, '', Status.ENOENT), 1],
      [frame(100, '', Status.EINVAL), 0],
      [header(-1n, 100), 0],
    ] as const) {
      const { pool, peer } = await warm()
      const answer = pool.request(server.address, { command: 15, head: EMPTY })
      peer.send(bytes)
      await expect(answer).rejects.toThrow()
      expect(pool.open(server.address)).toBe(left)
    }
  })

  it('that the server closes while idle is forgotten', async () => {
    const { pool, peer } = await warm()
    peer.socket.end()
    await until(() => pool.open(server.address) === 0)
    const answer = pool.request(server.address, { command: 15, head: EMPTY })
    await serveOne('fresh')
    expect((await answer).toString()).toBe('fresh')
  })

  it('is closed after being idle for too long', async () => {
    const { pool, peer } = await warm({ idleTimeoutMs: 30 })
    expect((await peer.rest()).equals(frame(82))).toBe(true)
    expect(pool.open(server.address)).toBe(0)
  })

  it('is waited for when openMax are busy, in the order of asking', async () => {
    const pool = open({ openMax: 1 })
    const done: number[] = []
    const answers = [1, 2, 3].map(async (id) => {
      await pool.request(server.address, { command: 15, head: EMPTY })
      done.push(id)
    })
    const peer = await server.next()
    for (let i = 0; i < 3; i++) {
      await peer.read(10)
      peer.send(frame(100))
    }
    await Promise.all(answers)
    expect([done, server.peers.length]).toEqual([[1, 2, 3], 1])
  })

  it('that does not become free in time is given up', async () => {
    const pool = open({ openMax: 1, connectTimeoutMs: 500 })
    const first = pool.request(server.address, { command: 15, head: EMPTY })
    const peer = await server.next()
    const second = pool.request(server.address, { command: 15, head: EMPTY })
    await expect(second).rejects.toThrow(`all 1 connections to ${server.address} are busy`)
    peer.send(frame(100))
    await first
  })
})

describe('a kept connection that was closed meanwhile', () => {
  /** The server takes the request and closes without an answer. */
  async function closeOnRequest(peer: RawPeer): Promise<void> {
    await peer.read(10)
    peer.socket.end()
  }

  it('costs a request without side effects nothing: it is sent once more', async () => {
    const { pool, peer } = await warm()
    const answer = pool.request(server.address, { command: 15, head: EMPTY }, true)
    await closeOnRequest(peer)
    await serveOne('fresh')
    expect((await answer).toString()).toBe('fresh')
  })

  it('does so only once', async () => {
    const { pool, peer } = await warm()
    const answer = pool.request(server.address, { command: 15, head: EMPTY }, true).catch((error: Error) => error)
    await closeOnRequest(peer)
    await closeOnRequest(await server.next())
    expect(await answer).toBeInstanceOf(ConnectionError)
    expect(server.peers.length).toBe(2)
  })

  it('fails a request that changes something, because it may have been done', async () => {
    const { pool, peer } = await warm()
    const answer = pool
      .request(server.address, { command: 11, head: EMPTY, body: Buffer.alloc(10) })
      .catch((error: Error) => error)
    await closeOnRequest(peer)
    expect(await answer).toBeInstanceOf(ConnectionError)
    await turn()
    expect(server.peers.length).toBe(1)
  })

  it.each([
    ['the end was seen before', async () => await turn()],
    ['the first write failed', async () => undefined],
  ])('does not fail it when not a byte had left, because %s', async (_why, pass) => {
    const { pool, peer } = await warm()
    peer.socket.resetAndDestroy()
    await pass()
    const answer = pool.request(server.address, { command: 11, head: EMPTY, body: Buffer.from('x') })
    const fresh = await server.next()
    expect((await fresh.read(11)).equals(frame(11, 'x'))).toBe(true)
    fresh.send(frame(100))
    await answer
  })

  it('costs a download nothing', async () => {
    const { pool, peer } = await warm()
    const pending = pool.download(server.address, { command: 14, head: EMPTY })
    await closeOnRequest(peer)
    await serveOne('content')
    const { stream } = await pending
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('content')
    expect(pool.open(server.address)).toBe(1)
  })

  it('is no reason to repeat after a timeout or half an answer', async () => {
    const { pool, peer } = await warm({ networkTimeoutMs: 500 })
    const silent = pool.request(server.address, { command: 15, head: EMPTY }, true)
    await expect(silent).rejects.toThrow('no progress for 500 ms')
    await peer.rest()
    const { pool: other, peer: half } = await warm()
    const cut = other.request(server.address, { command: 15, head: EMPTY }, true)
    half.send(frame(100, 'answer').subarray(0, 12))
    half.socket.end()
    await expect(cut).rejects.toThrow(ConnectionError)
    expect(server.peers.length).toBe(2)
  })
})

describe('a download', () => {
  it('gives its connection back with the last byte, and only then', async () => {
    const { pool, peer } = await warm()
    const pending = pool.download(server.address, { command: 14, head: EMPTY })
    await peer.read(10)
    peer.send(header(4, 100), Buffer.from('ab'))
    const { stream } = await pending
    const other = pool.request(server.address, { command: 15, head: EMPTY })
    await serveOne('on another connection')
    await other
    peer.send(Buffer.from('cd'))
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('abcd')
    const again = pool.request(server.address, { command: 15, head: EMPTY })
    await peer.read(10)
    peer.send(frame(100, 'back'))
    expect((await again).toString()).toBe('back')
  })

  it('that is broken off by its reader does not give it back', async () => {
    const { pool, peer } = await warm()
    const pending = pool.download(server.address, { command: 14, head: EMPTY })
    peer.send(header(1000, 100), Buffer.from('ab'))
    const { stream } = await pending
    stream.destroy()
    await until(() => pool.open(server.address) === 0)
  })

  it('that is refused gives it back', async () => {
    const { pool, peer } = await warm()
    const pending = pool.download(server.address, { command: 14, head: EMPTY })
    peer.send(frame(100, '', Status.ENOENT))
    await expect(pending).rejects.toThrow(ServerError)
    expect(pool.open(server.address)).toBe(1)
  })
})

describe('closing', () => {
  it('ends idle connections at once, busy ones after their request, and refuses new requests', async () => {
    const { pool, peer } = await warm()
    const busy = pool.request(server.address, { command: 15, head: EMPTY })
    await peer.read(10)
    pool.close()
    peer.send(frame(100, 'finished'))
    expect((await busy).toString()).toBe('finished')
    expect((await peer.rest()).equals(frame(82))).toBe(true)
    await expect(pool.request(server.address, { command: 15, head: EMPTY })).rejects.toThrow(ConnectionError)
  })

  it('a stream that was never sent is not taken for one that may be repeated', async () => {
    const { pool, peer } = await warm()
    const stream = Readable.from([Buffer.alloc(10)])
    const answer = pool.request(server.address, { command: 11, head: EMPTY, body: { stream, size: 10 } }, true)
    await peer.read(20)
    peer.socket.end()
    await expect(answer).rejects.toThrow(ConnectionError)
    expect(server.peers.length).toBe(1)
  })
})
