import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DfsClient } from '../src/client/dfs-client.ts'
import { crc32 } from '../src/crc32.ts'
import { storageCommands } from '../src/protocol/storage-commands.ts'
import { trackerCommands } from '../src/protocol/tracker-commands.ts'
import { type HostileServer, hostileServer, outcome, pour } from './hostile-server.ts'
import { frame, header, type RawPeer, until } from './raw-peer.ts'

const MIB = 1024 * 1024
/** What `save` reads at once. */
const CHUNK = 16 * MIB
const FILE_ID = 'group1/M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA124.txt'
const APPENDER_ID = 'group1/M00/00/00/wAACAmsBFQ6EcdF-AAAAAKaEx8Y201.txt'

/** A tracker that names itself, and a storage that tells `size` and sends `content` with an error in it. */
let server: HostileServer
let client: DfsClient
let size = 0
let send: (peer: RawPeer, range: { readonly offset: number; readonly size: number }) => void
let content = Buffer.alloc(0)

const { queryFetchOne } = trackerCommands
const { downloadFile, queryFileInfo } = storageCommands

beforeEach(async () => {
  server = await hostileServer((peer, { command, body }) => {
    const [ip = '', port] = server.address.split(':')
    const info = { size, mtime: 1, crc32: crc32(content), sourceIp: ip }
    if (command === queryFetchOne.code) {
      peer.send(frame(100, queryFetchOne.response.encode({ group: 'group1', ip, port: Number(port) })))
    } else if (command === queryFileInfo.code) peer.send(frame(100, queryFileInfo.response.encode(info)))
    else if (command === downloadFile.code) send(peer, downloadFile.request.decode(body))
    else peer.send(frame(100))
  })
  client = new DfsClient({ trackers: [server.address], connectTimeoutMs: 5000, networkTimeoutMs: 5000 })
})

afterEach(() => {
  client.close()
  server.close()
})

describe('a range', () => {
  it('of which more comes than was asked for is refused, in memory and as a stream', async () => {
    for (const more of [1, 1000, MIB, 2 ** 40]) {
      send = (peer, range) => {
        peer.send(header(range.size + more, 100))
        pour(peer.socket)
      }
      expect(await outcome(client.downloadBuffer(FILE_ID, { offset: 1, length: 4 }))).toBe('ProtocolError')
      expect(await outcome(client.download(FILE_ID, { offset: 1, length: 4 }))).toBe('ProtocolError')
    }
  })

  it('whose bytes go on behind its end ends there, and the rest is no answer to the next', async () => {
    send = (peer) => peer.send(header(4, 100), Buffer.from('rightwrong'))
    expect((await client.downloadBuffer(FILE_ID, { length: 4 })).toString()).toBe('righ')
    send = (peer) => peer.send(frame(100, 'next'))
    expect((await client.downloadBuffer(FILE_ID, { length: 4 })).toString()).toBe('next')
  })

  it('that ends early fails its stream', async () => {
    send = (peer) => peer.socket.end(Buffer.concat([header(9, 100), Buffer.from('half')]))
    const { stream } = await client.download(FILE_ID)
    expect(await outcome(stream.toArray())).toBe('ConnectionError')
  })

  it('without an end costs a reader who stops no memory', async () => {
    send = (peer) => {
      peer.send(header(2n ** 53n - 1n, 100))
      pour(peer.socket)
    }
    const before = process.memoryUsage.rss()
    const { stream } = await client.download(FILE_ID)
    let read = 0
    for await (const chunk of stream) {
      read += chunk.length
      if (read > 64 * MIB) break
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(192 * MIB)
  })
})

describe('a file that is saved', () => {
  let folder: string
  const path = () => join(folder, 'saved')

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cairn-hostile-'))
    content = Buffer.alloc(3 * CHUNK, 'the right bytes ')
    size = content.length
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const honest: typeof send = (peer, range) => {
    peer.send(frame(100, content.subarray(range.offset, range.offset + range.size)))
  }

  it('keeps what came of other ranges when one brings more than its own', async () => {
    const state = () => `${path()}.part.json`
    const isWritten = () => existsSync(state()) && readFileSync(state(), 'utf8').includes('"2":')
    send = (peer, range) => {
      if (range.offset !== CHUNK) honest(peer, range)
      else void until(isWritten).then(() => peer.send(frame(100, Buffer.alloc(2 * CHUNK))))
    }
    expect(await outcome(client.save(FILE_ID, path(), { parallel: 2 }))).toBe('ProtocolError')
    send = honest
    await client.save(FILE_ID, path())
    expect(readFileSync(path()).equals(content)).toBe(true)
  })

  it('does not appear with less, with more or with other bytes than it has', async () => {
    const less: typeof send = (peer, range) => peer.send(frame(100, content.subarray(0, range.size - 1)))
    const none: typeof send = (peer) => peer.send(frame(100))
    const others: typeof send = (peer, range) => peer.send(frame(100, Buffer.alloc(range.size)))
    for (const attack of [less, none, others]) {
      send = attack
      expect(await outcome(client.save(FILE_ID, path()))).toBe('ProtocolError')
      expect(readdirSync(folder)).not.toContain('saved')
    }
  })

  it('does not appear when it is said to have a size that no file has', async () => {
    send = (peer) => peer.send(frame(100))
    for (size of [-1, Number.MIN_SAFE_INTEGER]) {
      expect(await outcome(client.save(APPENDER_ID, path()))).toBe('ProtocolError')
    }
    size = Number.MAX_SAFE_INTEGER
    // What this disk's limit is, or that the first range is not what it should be.
    await expect(client.save(APPENDER_ID, path())).rejects.toThrow(/EFBIG|ENOSPC|instead of/)
    expect(readdirSync(folder)).not.toContain('saved')
  })
})
