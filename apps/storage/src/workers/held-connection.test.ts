import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { crc32 } from '@cairn/dfs-core'
import { DiskLane } from '@cairn/dfs-core/disk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BodyBudget } from '../parts/body-budget.ts'
import { bringBody, type FileSink } from '../parts/carried-body.ts'
import { CarriedSocket } from '../streams/carried-socket.ts'
import { HeldConnection } from './held-connection.ts'

const MIB = 1024 * 1024
const LENGTH = 6 * MIB
/** What may come to the main thread of a body that is carried. */
const AHEAD_MAX = 2 * 64 * 1024

let folder: string
let budget: BodyBudget
let accepted: Socket
let path: string
let http: Server
let door: NetServer
let client: Socket
let connection: CarriedSocket | null

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-held-'))
  path = join(folder, 'part')
  writeFileSync(path, '')
  budget = new BodyBudget()
  http = createServer()
  connection = null
  door = createNetServer({ allowHalfOpen: true }, (socket) => {
    accepted = socket
    const { port1, port2 } = new MessageChannel()
    new HeldConnection(socket, port1, { budget, lanes: [new DiskLane()] })
    connection = new CarriedSocket(port2, { remoteAddress: '', thread: 1, threadEnded: new Promise(() => undefined) })
    http.emit('connection', connection)
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  client = connect((door.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => undefined)
})
afterEach(() => {
  client.destroy()
  door.close()
  connection?.destroy()
  rmSync(folder, { recursive: true })
})

interface Brought {
  end: string
  stored: number
  kept: number
  crc: number
  lost: boolean
}

/** Brings the bodies of the requests into the file, one behind the other, and answers what became of each. */
function receive(changes: Partial<FileSink> = {}, before: () => Promise<unknown> = () => Promise.resolve()): Brought[] {
  const brought: Brought[] = []
  let offset = 0
  http.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const one: Brought = { end: '', stored: 0, kept: 0, crc: 0, lost: false }
    const sink: FileSink = {
      ...{
        room: 1e9,
        takeover: new AbortController().signal,
        budget: new BodyBudget(),
        file: { path, storePath: 0 },
        check: undefined,
      },
      length: Number(request.headers['content-length']),
      position: () => offset,
      store(chunks) {
        for (const chunk of chunks) {
          writeFileSync(path, chunk, { flag: 'a' })
          offset += chunk.length
          one.stored += chunk.length
        }
        return Promise.resolve()
      },
      keep(size, crc) {
        offset += size
        one.kept += size
        one.crc = crc
        return Promise.resolve()
      },
      lost() {
        one.lost = true
        return Promise.resolve()
      },
      ...changes,
    }
    await before()
    one.end = await bringBody(request, sink).catch((error) => `${error.code ?? error.message}`)
    brought.push(one)
    // As every server does with what it refuses.
    request.resume()
    response.end(`${one.end} ${request.complete}\n`)
  })
  return brought
}

const head = (length: number, method = 'PATCH') =>
  `${method} / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`

function send(body: Buffer, length = body.length): void {
  client.write(head(length))
  client.write(body)
}

function answers(): () => string[] {
  let text = ''
  client.on('data', (bytes) => {
    text += String(bytes)
  })
  return () => text.match(/^\S+ (true|false)$/gm) ?? []
}

describe('a connection that another thread holds', () => {
  it('has the body of a request written by that thread, but for what came with its head', async () => {
    const brought = receive()
    const seen = answers()
    const body = randomBytes(LENGTH)
    send(body)
    await expect.poll(seen).toEqual(['whole true'])
    expect(readFileSync(path).equals(body)).toBe(true)
    const [one] = brought
    expect(one?.stored).toBeLessThanOrEqual(AHEAD_MAX)
    expect((one?.stored ?? 0) + (one?.kept ?? 0)).toBe(LENGTH)
  })

  it('tells the CRC-32 of what was written', async () => {
    const told: Array<[number, number]> = []
    receive({ keep: (size, crc) => Promise.resolve(void told.push([size, crc])) })
    const seen = answers()
    const body = randomBytes(LENGTH)
    send(body)
    await expect.poll(seen).toEqual(['whole true'])
    let at = LENGTH - told.reduce((sum, [size]) => sum + size, 0)
    for (const [size, crc] of told) {
      expect(crc).toBe(crc32(body.subarray(at, at + size)))
      at += size
    }
  })

  it('takes requests that follow without waiting, in their order and to the byte', async () => {
    receive()
    const seen = answers()
    const bodies = [LENGTH, 10, 300_000, 1, MIB].map((size) => randomBytes(size))
    client.write(Buffer.concat(bodies.flatMap((body) => [Buffer.from(head(body.length)), body])))
    await expect.poll(seen).toEqual(bodies.map(() => 'whole true'))
    expect(readFileSync(path).equals(Buffer.concat(bodies))).toBe(true)
  })

  it('has stored what came when its client goes away', async () => {
    const brought = receive()
    const body = randomBytes(2 * MIB)
    send(body, LENGTH)
    await expect.poll(() => readFileSync(path).length).toBe(body.length)
    client.destroy()
    await expect.poll(() => brought.length).toBe(1)
    const [one] = brought
    expect([one?.end, (one?.stored ?? 0) + (one?.kept ?? 0)]).toEqual(['broken', body.length])
    expect(readFileSync(path).equals(body)).toBe(true)
  })

  it('ends when its client resets it before anything was carried', async () => {
    let isStoring = false
    const brought = receive({
      async store() {
        isStoring = true
        await new Promise((resolve) => accepted.once('close', resolve))
      },
    })
    send(randomBytes(1000), LENGTH)
    await expect.poll(() => isStoring).toBe(true)
    client.resetAndDestroy()
    await expect.poll(() => brought).toMatchObject([{ end: 'broken', lost: false }])
  })

  it('ends when its client had ended it in mid-body before it was held', async () => {
    const brought = receive({}, () => expect.poll(() => accepted.readableEnded).toBe(true))
    http.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    send(randomBytes(60_000), LENGTH)
    client.end()
    await expect.poll(() => brought).toMatchObject([{ end: 'broken', lost: false }])
  })

  it('stops when the upload is taken over, and goes on with the next request', async () => {
    const takeover = new AbortController()
    const brought = receive({ takeover: takeover.signal })
    const seen = answers()
    const body = randomBytes(2 * MIB)
    send(body, LENGTH)
    await expect.poll(() => readFileSync(path).length).toBe(body.length)
    takeover.abort()
    await expect.poll(seen).toEqual(['taken_over false'])
    const [one] = brought
    expect((one?.stored ?? 0) + (one?.kept ?? 0)).toBe(body.length)
    // The rest of the body is nobody's; behind it comes a request.
    client.write(randomBytes(LENGTH - body.length))
    client.write(head(3, 'POST'))
    client.write('end')
    await expect.poll(() => seen().length).toBe(2)
    expect(readFileSync(path).length).toBe(body.length)
  })

  it('has stored what had come when the upload is taken over, also where its client was held', async () => {
    budget = new BodyBudget(0)
    const takeover = new AbortController()
    const released = once(takeover.signal, 'abort')
    receive({ takeover: takeover.signal, keep: async () => void (await released) })
    const seen = answers()
    const body = randomBytes(LENGTH)
    send(body.subarray(0, LENGTH - 1), LENGTH)
    await expect.poll(() => readFileSync(path).length).toBeGreaterThan(4 * MIB)
    await expect.poll(() => client.writableLength).toBe(0)
    takeover.abort()
    await expect.poll(seen).toEqual(['taken_over false'])
    const stored = readFileSync(path)
    // Without what the system had, it would be 4 MiB and a few pieces of 64 KiB.
    expect(stored.length).toBeGreaterThan(5 * MIB)
    expect(stored.equals(body.subarray(0, stored.length))).toBe(true)
  })

  it('tells the error of the disk, with its code', async () => {
    receive({ file: { path: join(folder, 'none'), storePath: 0 } })
    const seen = answers()
    send(randomBytes(LENGTH))
    await expect.poll(seen).toEqual(['ENOENT false'])
  })

  it('is held while what was written is not accounted for', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let kept = 0
    const keep = async (size: number) => {
      kept += size
      await gate
    }
    receive({ keep })
    const seen = answers()
    const body = randomBytes(4 * LENGTH)
    send(body)
    await expect.poll(() => kept).toBeGreaterThan(4 * MIB)
    const before = readFileSync(path).length
    // One call of writev(2) may have been under way.
    expect(before).toBeLessThan(9 * MIB)
    release()
    await expect.poll(seen).toEqual(['whole true'])
    expect(readFileSync(path).equals(body)).toBe(true)
  })

  it('ends a body with what accounting for it throws', async () => {
    receive({ keep: () => Promise.reject(new Error('superseded')) })
    const seen = answers()
    send(randomBytes(LENGTH))
    await expect.poll(seen).toEqual([expect.stringMatching(/^superseded /)])
  })

  it('is closed by the server in mid-body only when nothing is written any more', async () => {
    const brought = receive()
    const body = randomBytes(2 * MIB)
    send(body, LENGTH)
    await expect.poll(() => readFileSync(path).length).toBe(body.length)
    connection?.destroy()
    await once(client, 'close')
    await expect.poll(() => brought.map(({ end }) => end)).toEqual(['broken'])
    const [one] = brought
    expect((one?.stored ?? 0) + (one?.kept ?? 0)).toBe(readFileSync(path).length)
  })

  it('whose thread ends leaves what was told, when that thread has ended', async () => {
    const { port1, port2 } = new MessageChannel()
    let threadEnds: () => void = () => undefined
    const threadEnded = new Promise<void>((resolve) => {
      threadEnds = resolve
    })
    const held = new CarriedSocket(port2, { remoteAddress: '', thread: 1, threadEnded })
    let end = ''
    const kept: number[] = []
    const keep = (size: number) => Promise.resolve(void kept.push(size))
    const carried = held.carry({ path, storePath: 0, position: 0, length: 10 }, new AbortController().signal, keep)
    void carried.then((how) => {
      end = how
    })
    port1.postMessage({ kind: 'carried', size: 4, crc32: 0 })
    await expect.poll(() => kept).toEqual([4])
    port1.close()
    await expect.poll(() => held.destroyed).toBe(true)
    expect(end).toBe('')
    threadEnds()
    await expect.poll(() => end).toBe('lost')
  })

  it('gives an answer to the last byte before it is closed', async () => {
    const answer = randomBytes(3 * MIB)
    http.on('request', (_request, response) => {
      response.writeHead(200, { Connection: 'close' })
      response.end(answer)
    })
    const chunks: Buffer[] = []
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    client.end()
    await new Promise((resolve) => setImmediate(resolve))
    client.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(client, 'close')
    expect(Buffer.concat(chunks).includes(answer.subarray(-1000))).toBe(true)
    // Limited links count by it what a broken answer has sent.
    expect(connection?.bytesWritten).toBe(Buffer.concat(chunks).length)
  })

  it('is timed out by the server when it is silent', async () => {
    http.setTimeout(50)
    receive()
    client.write('GET / HT')
    await once(client, 'close')
  })
})
