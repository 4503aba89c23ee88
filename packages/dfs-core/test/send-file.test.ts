import { randomBytes } from 'node:crypto'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DiskLane } from '../src/disk/disk-lane.ts'
import { Status } from '../src/errors.ts'
import { type CommandServer, createCommandServer } from '../src/server/index.ts'
import { frame, OK, RawPeer, turn, until } from './raw-peer.ts'

const DOWNLOAD = 14
const KIB = 1024
const MIB = 1024 * KIB

interface Job {
  readonly path: string
  readonly offset: number
  readonly length: number
}

let folder = ''
let lane = new DiskLane()
let jobs: Job[] = []
let ended: (Error | undefined)[] = []
let server: CommandServer
let port = 0
const peers: RawPeer[] = []

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Of buffers that somebody still has. */
function heldBytes(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'send-file-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

async function start(networkTimeoutMs = 10_000): Promise<void> {
  server = createCommandServer<null>({
    handlers: new Map([
      [
        DOWNLOAD,
        {
          kind: 'buffered' as const,
          bodyMax: 0,
          handle(_request, reply) {
            const { path, offset, length } = jobs.shift() ?? { path: '', offset: 0, length: 0 }
            const fd = openSync(path, 'r')
            reply.sendFile({ fd, offset, length, lane }, (error) => {
              closeSync(fd)
              ended.push(error)
            })
          },
        },
      ],
    ]),
    newState: () => null,
    limits: { maxConnections: 100, networkTimeoutMs },
    unknownCommand: 'answer',
    closeOnEinval: true,
  })
  port = await server.listen(0, '127.0.0.1')
}

function slowLane(): DiskLane {
  const numbers = new Int32Array(4)
  const shared = { quickLeft: numbers.subarray(0, 2), taken: numbers.subarray(2, 3), overdue: numbers.subarray(3) }
  const slow = new DiskLane({ turnsMax: 2, turnsInNeedMax: 2, shared, thread: 0 })
  slow.readSince(performance.now() - 1000)
  return slow
}

afterEach(async () => {
  lane = new DiskLane()
  for (const peer of peers.splice(0)) peer.socket.destroy()
  await server.close(0)
  jobs = []
  ended = []
})

async function connect(): Promise<RawPeer> {
  const peer = await RawPeer.connect(port)
  peers.push(peer)
  return peer
}

function file(name: string, content: Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** A file of zeros that takes no disk. */
function sparseFile(name: string, size: number): string {
  const path = join(folder, name)
  const fd = openSync(path, 'w')
  ftruncateSync(fd, size)
  closeSync(fd)
  return path
}

describe('a file as an answer', () => {
  it.each([0, 1, 4096, 128 * KIB - 10, 128 * KIB - 1, 128 * KIB, 128 * KIB + 1, MIB, 5 * MIB + 123])(
    'of %i bytes arrives as it is on disk',
    async (size) => {
      await start()
      const content = randomBytes(size)
      jobs.push({ path: file('whole', content), offset: 0, length: size })
      const peer = await connect()
      peer.send(frame(DOWNLOAD), frame(111))
      const answer = await peer.answer()
      expect(answer.status).toBe(Status.OK)
      expect(answer.body.equals(content)).toBe(true)
      expect(await peer.status()).toBe(Status.OK)
      expect(ended).toEqual([undefined])
    },
  )

  it('may be any range of it', async () => {
    await start()
    const content = randomBytes(400_000)
    const path = file('ranges', content)
    const peer = await connect()
    for (const [offset, length] of [
      [0, 1],
      [1, 131_072],
      [131_071, 131_073],
      [399_999, 1],
      [123_456, 200_000],
    ] as const) {
      jobs.push({ path, offset, length })
      peer.send(frame(DOWNLOAD))
      expect((await peer.answer()).body.equals(content.subarray(offset, offset + length))).toBe(true)
    }
  })

  it('is followed by the next when requests are pipelined', async () => {
    await start()
    const contents = [randomBytes(300_000), randomBytes(10), randomBytes(2 * MIB)]
    jobs = contents.map((content, i) => ({ path: file(`next${i}`, content), offset: 0, length: content.length }))
    const peer = await connect()
    peer.send(frame(DOWNLOAD), frame(DOWNLOAD), frame(DOWNLOAD))
    for (const content of contents) expect((await peer.answer()).body.equals(content)).toBe(true)
  })

  it('goes to many peers at once without mixing', async () => {
    await start()
    const contents = Array.from({ length: 12 }, (_, i) => Buffer.alloc(3 * MIB, `peer ${i} `))
    const paths = contents.map((content, i) => file(`mixed${i}`, content))
    const answers = contents.map(async (content, i) => {
      const peer = await connect()
      jobs.push({ path: paths[i] ?? '', offset: 0, length: content.length })
      peer.send(frame(DOWNLOAD))
      await until(() => jobs.length === 0)
      return (await peer.answer()).body
    })
    const bodies = await Promise.all(answers)
    // Which peer got which job depends on the order of connecting, but each must be one file as a whole.
    const sent = bodies.map((body) => contents.findIndex((content) => content.equals(body)))
    expect(sent.toSorted((a, b) => a - b)).toEqual(contents.map((_, i) => i))
  })
})

describe('a file that cannot be sent', () => {
  it('gets EIO when it fails before the first byte, and the connection goes on', async () => {
    await start()
    jobs.push({ path: folder, offset: 0, length: 10 }, { path: file('empty', Buffer.alloc(0)), offset: 0, length: 5 })
    const peer = await connect()
    peer.send(frame(DOWNLOAD), frame(DOWNLOAD), frame(111))
    expect([await peer.status(), await peer.status()]).toEqual([Status.EIO, Status.EIO])
    expect((await peer.read(10)).equals(OK)).toBe(true)
    expect(ended.map((error) => error?.message)).toEqual([
      'EISDIR: illegal operation on a directory, read',
      'file ends at 0, 5 bytes before the end of the answer',
    ])
  })

  it('ends the connection when it turns out short after the header', async () => {
    await start()
    jobs.push({ path: file('short', Buffer.alloc(200_000)), offset: 0, length: 200_001 })
    const peer = await connect()
    peer.send(frame(DOWNLOAD))
    expect((await peer.rest()).length).toBeLessThanOrEqual(200_010)
    expect(ended.map((error) => error?.message)).toEqual(['file ends at 200000, 1 bytes before the end of the answer'])
  })
})

describe('a peer that does not read', () => {
  it('holds no more than one buffer, and gets the rest when it reads again', async () => {
    await start()
    const size = 64 * MIB
    const path = sparseFile('stalled', size)
    const stalled = await Promise.all(Array.from({ length: 100 }, connect))
    const before = heldBytes()
    for (const peer of stalled) {
      peer.socket.pause()
      jobs.push({ path, offset: 0, length: size })
      peer.send(frame(DOWNLOAD))
    }
    await until(() => jobs.length === 0)
    for (let i = 0; i < 50; i++) await turn()
    // 512 KiB for 16 senders, 128 KiB for the others, and 64 KiB that each paused socket of this test has read.
    expect(heldBytes() - before).toBeLessThan(100 * 300 * KIB)
    expect(ended).toEqual([])
    const [first] = stalled
    let received = 0
    first?.socket.removeAllListeners('data')
    first?.socket.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    first?.socket.resume()
    await until(() => received === size + 10)
    await until(() => ended.length === 1)
    expect(ended).toEqual([undefined])
  })

  it('is timed out, and the descriptor comes back once', async () => {
    await start(500)
    jobs.push({ path: sparseFile('timeout', 64 * MIB), offset: 0, length: 64 * MIB })
    const peer = await connect()
    peer.socket.pause()
    peer.send(frame(DOWNLOAD))
    await until(() => ended.length === 1)
    expect(ended[0]?.message).toBe('the connection closed before the file was sent')
    await until(() => server.connections === 0)
    expect(ended.length).toBe(1)
  })

  it('for a while only, again and again, is not timed out', async () => {
    // Longer than a busy machine lets one pause become, and less than all of them together.
    await start(3000)
    const size = 64 * MIB
    jobs.push({ path: sparseFile('slow', size), offset: 0, length: size })
    const peer = await connect()
    let received = 0
    let next = MIB
    peer.socket.removeAllListeners('data')
    peer.socket.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received < next) return
      next += MIB
      peer.socket.pause()
      setTimeout(() => peer.socket.resume(), 60)
    })
    peer.send(frame(DOWNLOAD))
    await until(() => received === size + 10 || peer.closed)
    expect(received).toBe(size + 10)
  })

  it('and dies gives the descriptor back once', async () => {
    await start()
    const path = sparseFile('dead', 64 * MIB)
    for (const die of [(peer: RawPeer) => peer.socket.resetAndDestroy(), (peer: RawPeer) => peer.socket.destroy()]) {
      jobs.push({ path, offset: 0, length: 64 * MIB })
      const peer = await connect()
      peer.send(frame(DOWNLOAD))
      await peer.read(100)
      peer.socket.pause()
      die(peer)
    }
    await until(() => ended.length === 2)
    await until(() => server.connections === 0)
    expect(ended.map((error) => error?.message)).toEqual(
      Array(2).fill('the connection closed before the file was sent'),
    )
  })
})

describe('while the disk is slow', () => {
  beforeEach(() => {
    lane = slowLane()
  })

  it.each([0, 1, 128 * KIB - 10, 128 * KIB + 1, 5 * MIB + 123])('a file of %i bytes arrives as it is', async (size) => {
    await start()
    const content = randomBytes(size)
    jobs.push({ path: file('whole', content), offset: 0, length: size })
    const peer = await connect()
    peer.send(frame(DOWNLOAD), frame(111))
    expect((await peer.answer()).body.equals(content)).toBe(true)
    expect(await peer.status()).toBe(Status.OK)
    expect(ended).toEqual([undefined])
  })

  it('one that is short, or cannot be read, is refused or ends the connection', async () => {
    await start()
    jobs.push({ path: folder, offset: 0, length: 10 })
    jobs.push({ path: file('short', Buffer.alloc(200_000)), offset: 0, length: 200_001 })
    const peer = await connect()
    peer.send(frame(DOWNLOAD))
    expect(await peer.status()).toBe(Status.EIO)
    peer.send(frame(DOWNLOAD))
    expect((await peer.rest()).length).toBeLessThanOrEqual(200_010)
    expect(ended.map((error) => error?.message)).toEqual([
      'EISDIR: illegal operation on a directory, read',
      'file ends at 200000, 1 bytes before the end of the answer',
    ])
  })

  it('a connection that ends gives the descriptor back once, and not while it is read from', async () => {
    await start()
    const path = sparseFile('dead', 64 * MIB)
    for (let i = 0; i < 20; i += 1) jobs.push({ path, offset: 0, length: 64 * MIB })
    for (let i = 0; i < 20; i += 1) {
      lane = slowLane()
      const peer = await connect()
      peer.send(frame(DOWNLOAD))
      await peer.read(100)
      peer.socket.resetAndDestroy()
    }
    await until(() => ended.length === 20)
    await until(() => server.connections === 0)
    // Another process's file would be closed, or EBADF thrown, by a second close.
    expect(new Set(ended.map((error) => error?.message))).toEqual(
      new Set(['the connection closed before the file was sent']),
    )
  })
})
