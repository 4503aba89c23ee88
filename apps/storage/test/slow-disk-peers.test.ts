import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeFileName, openConnection } from '@cairn/dfs-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PeerLink } from '../src/replication/peer-link.ts'
import type { StorageReport } from '../src/storage-report.ts'
import { content, until } from './cluster.ts'
import { bundleDaemon, type DaemonBundle } from './daemon.ts'
import { call } from './http/http-call.ts'
import { Crowd, SlowDiskStorage } from './slow-disk-storage.ts'

const KIB = 1024
const TIME = 1_795_240_000
/** Of each step: much has to wait, and a busy machine makes it wait longer. */
const LIMIT_MS = 150_000

let bundle: DaemonBundle
let storage: SlowDiskStorage
/** They ask the main thread, which does for peers what they want, too. */
let quick: Crowd

beforeAll(async () => {
  bundle = await bundleDaemon()
})
afterAll(() => bundle.remove())

beforeEach(async () => {
  storage = await SlowDiskStorage.start(bundle)
  const expected = content(4 * KIB, 7)
  const fileId = await storage.client().uploadFile(expected, { ext: 'bin', storePathIndex: 1 })
  quick = new Crowd(2, async () => {
    const response = await fetch(`http://127.0.0.1:${storage.httpPort}/${fileId}`)
    expect(Buffer.from(await response.arrayBuffer()).equals(expected)).toBe(true)
  })
})
afterEach(async () => {
  storage.recover()
  await quick.stop()
  await storage.close()
})

let drawn = 0
/** A name on the slow disk that a peer drew for this content. */
function nameOf(body: Buffer, kind: 'normal' | 'appender' = 'normal'): string {
  drawn += 1
  const source = { kind: 'id', id: 100002 } as const
  const facts = { source, timestamp: TIME, size: body.length, crc32: crc32(body), random23: drawn, digits: 1 }
  return `M00/0C/0D/${encodeFileName({ ...facts, kind, ext: 'bin' })}`
}

const timed = (name: string) => ({ name, timestamp: TIME })

async function create(link: PeerLink, name: string, body: Buffer): Promise<void> {
  expect(await link.wholeFile('create', timed(name), { size: body.length, body })).toBe('ok')
}

/** What a peer does again and again with files of the slow disk. */
const kinds: Record<string, (link: PeerLink) => Promise<void>> = {
  async 'small files together'(link) {
    const bodies = [1, 2, 3].map((seed) => content(2 * KIB, seed))
    const files = bodies.map((body) => ({ ...timed(nameOf(body)), content: body }))
    expect([...(await link.manyFiles(files))]).toEqual([0, 0, 0])
  },
  async 'a small file, and its end'(link) {
    const body = content(4 * KIB, 4)
    const name = nameOf(body)
    await create(link, name, body)
    expect(await link.sizeOf(name)).toBe(body.length)
    expect(await link.remove(timed(name))).toBe('ok')
  },
  async 'a large file, and another content of it'(link) {
    const body = content(300 * KIB, 5)
    const name = nameOf(body)
    await create(link, name, body)
    expect(await link.wholeFile('update', timed(name), { size: body.length, body })).toBe('ok')
  },
  async 'changes in place, and a new name'(link) {
    const whole = content(8 * KIB, 6)
    const name = nameOf(whole, 'appender')
    await create(link, name, whole.subarray(0, 4 * KIB))
    const tail = whole.subarray(4 * KIB)
    const more = { offset: 4 * KIB, size: tail.length + 5, body: Buffer.concat([tail, Buffer.from('extra')]) }
    expect(await link.range('append', timed(name), more)).toBe('ok')
    expect(await link.range('modify', timed(name), { offset: 9, size: 3, body: whole.subarray(9, 12) })).toBe('ok')
    const sizes = { oldSize: whole.length + 5, newSize: whole.length }
    expect(await link.truncate(timed(name), sizes)).toBe('ok')
    expect(await link.rename(timed(nameOf(whole)), name)).toBe('ok')
  },
  async 'a link'(link) {
    const body = content(KIB, 8)
    const name = nameOf(body)
    await create(link, name, body)
    await link.createLink(timed(nameOf(body)), name)
  },
}

async function openLink(): Promise<PeerLink> {
  const timeouts = { connectTimeoutMs: 30_000, networkTimeoutMs: LIMIT_MS }
  return new PeerLink(await openConnection(`127.0.0.1:${storage.daemon.tcpPort}`, timeouts), 'group1', () => undefined)
}

async function ask(op: 'status' | 'check'): Promise<unknown> {
  const headers = { Authorization: `Bearer ${storage.web.service(op, '')}` }
  const answer = await call(storage.httpPort, { method: 'POST', path: `/cairn/v1/${op}`, headers })
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body.toString())
}

/** The clients of the quick disk, while something is made to wait for the slow one. */
async function goOn(what: string): Promise<void> {
  const before = quick.done
  await until(`they go on while ${what}`, () => quick.done > before + 300, LIMIT_MS)
}

describe('clients of a quick disk go on while another one is slow, and while it hangs,', () => {
  it('for what peers send', async () => {
    const links = await Promise.all(Object.keys(kinds).map(openLink))
    const peers = Object.values(kinds).map((work, index) => {
      const link = links[index]
      if (link === undefined) throw new Error('each has its own')
      return new Crowd(1, () => work(link))
    })
    const doneBy = () => peers.map(({ done }) => done)
    await until('every peer was served', () => doneBy().every((done) => done >= 3))
    storage.become('slow')
    const felt = doneBy()
    await until('each kind felt it', () => doneBy().every((done, kind) => done > (felt[kind] ?? 0)), LIMIT_MS)
    const before = { peers: doneBy(), quick: quick.done }
    const isServed = () => doneBy().every((done, kind) => done >= (before.peers[kind] ?? 0) + 2)
    await until('each kind was served', isServed, LIMIT_MS)
    const most = Math.max(...doneBy().map((done, kind) => done - (before.peers[kind] ?? 0)))
    expect(quick.done - before.quick).toBeGreaterThan(most * 20)
    storage.become('hang')
    await goOn('peers wait')
    storage.recover()
    await Promise.all(peers.map((peer) => peer.stop()))
    for (const link of links) link.close()
  }, 500_000)

  it('for what is sent to a peer', async () => {
    const client = storage.client()
    const bodies = Array.from({ length: 60 }, (_, i) => content(i % 2 === 0 ? 2 * KIB : 300 * KIB, i))
    const ids: string[] = []
    for (const body of bodies) ids.push(await client.uploadFile(body, { ext: 'bin', storePathIndex: 0 }))
    storage.become('slow')
    const roots = ['one', 'two'].map((name) => join(storage.cluster.folder, '100002', name))
    for (const root of roots) mkdirSync(root, { recursive: true })
    const storePaths = roots.map((path) => ({ path, readonly: false }))
    const peer = await storage.cluster.addStorage('100002', { storePaths })
    const pathOf = (id: string) => join(roots[0] ?? '', 'data', id.slice('group1/M00/'.length))
    const hasCome = (index: number) => existsSync(pathOf(ids[index] ?? ''))
    await until('some have come', () => hasCome(9), LIMIT_MS)
    await goOn('files are opened slowly')
    storage.become('hang')
    await goOn('a file cannot be opened')
    storage.recover()
    await until('all have come', () => ids.every((_, index) => hasCome(index)), LIMIT_MS)
    for (const [index, id] of ids.entries()) {
      expect((await peer.client.downloadBuffer(id)).equals(bodies[index] ?? Buffer.alloc(0))).toBe(true)
    }
  }, 500_000)

  it('for what an administrator asks, who gets an answer, and for the check of files', async () => {
    const client = storage.client()
    for (let i = 0; i < 20; i += 1) await client.uploadFile(content(KIB, i), { ext: 'bin', storePathIndex: 0 })
    let last: StorageReport | null = null
    const reports = new Crowd(1, async () => {
      last = (await ask('status')) as StorageReport
    })
    const usedBytes = () => last?.storePaths.map((path) => path.usedBytes)
    await until('files were counted', () => usedBytes()?.[0] === 20 * KIB)
    storage.become('hang')
    expect(await ask('check')).toEqual({ begun: true })
    const before = reports.done
    await until('the report is told again and again', () => reports.done > before + 100, LIMIT_MS)
    await goOn('files are checked')
    expect(last).toMatchObject({ storePaths: [{ usedBytes: 20 * KIB }, { usedBytes: 4 * KIB, writable: true }] })
    await client.uploadFile(content(KIB, 99), { ext: 'bin', storePathIndex: 1 })
    await until('the quick disk is counted anew', () => usedBytes()?.[1] === 5 * KIB, LIMIT_MS)
    storage.recover()
    await reports.stop()
  }, 500_000)
})
