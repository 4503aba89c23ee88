import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConnectionPool } from '../src/client/pool.ts'
import { StorageClient } from '../src/client/storage-client.ts'
import { storageCommands } from '../src/protocol/storage-commands.ts'
import { type CommandServer, createCommandServer } from '../src/server/index.ts'

const MIB = 1024 * 1024
const SIZE = 512 * MIB
/**
 * Client and server together, above idle. Without backpressure on either side it would be the whole file. What is
 * allowed is what V8 lets lie before it collects buffers, whatever the file's size (256 MiB to 2 GiB): up to 56 MB in
 * Node.js 20, 75 to 140 in 24 and 26.
 */
const GROWTH_MAX = 192 * MIB
const FILE_ID = 'group1/M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA124.txt'

let folder = ''
let server: CommandServer
let pool: ConnectionPool
let storage: StorageClient
/** Largest resident size seen, and the bytes that arrived. */
let peak = 0
let received = 0
let blocks = 0

function onBlock(size: number): void {
  received += size
  blocks += 1
  if (blocks % 32 === 0) peak = Math.max(peak, process.memoryUsage.rss())
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memory-'))
  const path = join(folder, 'large')
  const fd = openSync(path, 'w')
  ftruncateSync(fd, SIZE)
  closeSync(fd)
  received = 0
  blocks = 0
  server = createCommandServer<null>({
    handlers: new Map([
      [11, { kind: 'streamed', bodyMax: 2 ** 40, headBytesMin: 15, begin: (_request, reply) => countingSink(reply) }],
      [
        14,
        {
          kind: 'buffered',
          bodyMax: 1000,
          handle(_request, reply) {
            const file = openSync(path, 'r')
            reply.sendFile({ fd: file, offset: 0, length: SIZE }, () => closeSync(file))
          },
        },
      ],
    ]),
    newState: () => null,
    limits: { maxConnections: 10, networkTimeoutMs: 10_000 },
    unknownCommand: 'answer',
    closeOnEinval: true,
  })
  pool = new ConnectionPool()
  storage = new StorageClient(`127.0.0.1:${await server.listen(0, '127.0.0.1')}`, pool)
})

afterEach(async () => {
  pool.close()
  await server.close(0)
  rmSync(folder, { recursive: true })
})

function countingSink(reply: { ok(body: Buffer): void }) {
  return {
    headConsumed: 15,
    write(chunk: Buffer) {
      onBlock(chunk.length)
    },
    end() {
      reply.ok(storageCommands.uploadFile.response.encode({ group: 'group1', name: FILE_ID.slice(7) }))
    },
    abort: () => undefined,
  }
}

/** New memory for each chunk, so that anything kept shows. */
function* chunks() {
  for (let sent = 0; sent < SIZE; sent += 256 * 1024) yield Buffer.alloc(256 * 1024, 1)
}

async function* asyncChunks() {
  for (const chunk of chunks()) {
    yield chunk
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('memory stays flat', () => {
  it('while 512 MiB are uploaded from a stream', async () => {
    peak = process.memoryUsage.rss()
    const idle = peak
    await storage.uploadFile({ stream: asyncChunks(), size: SIZE }, { ext: 'txt' })
    expect(received).toBe(SIZE)
    expect(peak - idle).toBeLessThan(GROWTH_MAX)
  })

  it('while 512 MiB are downloaded by a reader that stops now and then', async () => {
    peak = process.memoryUsage.rss()
    const idle = peak
    const { stream } = await storage.download(FILE_ID)
    for await (const chunk of stream) {
      onBlock(chunk.length)
      if (blocks % 256 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(received).toBe(SIZE)
    expect(peak - idle).toBeLessThan(GROWTH_MAX)
  })
})
