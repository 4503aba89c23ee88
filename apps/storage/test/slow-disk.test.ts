import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { content, until } from './cluster.ts'
import { bundleDaemon, type DaemonBundle } from './daemon.ts'
import { receiptOf, tusCalls } from './http/http-call.ts'
import { newUploadId } from './http/web-storage.ts'
import { Crowd, SlowDiskStorage } from './slow-disk-storage.ts'

const KIB = 1024
/** Of the slow disk, and of the quick one. */
const SLOW_CLIENTS = 32
const QUICK_CLIENTS = 4
const HTTP_UPLOADERS = 6
/** Of each step: much has to wait, and a busy machine makes it wait longer. */
const LIMIT_MS = 150_000

let bundle: DaemonBundle
let storage: SlowDiskStorage

beforeAll(async () => {
  bundle = await bundleDaemon()
})
afterAll(() => bundle.remove())
afterEach(async () => {
  last.clear()
  await storage.close()
})

/** What a client does again and again with files of a store path. */
const kinds: Record<string, (storePathIndex: number) => () => Promise<void>> = {
  'download 4 KiB': (index) => downloads(index, 4 * KIB),
  'download 700 KiB': (index) => downloads(index, 700 * KIB),
  'upload 4 KiB': (index) => uploads(index, 4 * KIB),
  'upload 300 KiB': (index) => uploads(index, 300 * KIB),
  'delete after upload': (index) => deletions(index, 4 * KIB),
  'GET 4 KiB': (index) => httpDownloads(index, 4 * KIB),
  'GET 700 KiB': (index) => httpDownloads(index, 700 * KIB),
}

function stored(storePathIndex: number, size: number): { fileId: Promise<string>; expected: Buffer } {
  const expected = content(size, 7)
  return { fileId: storage.client().uploadFile(expected, { ext: 'bin', storePathIndex }), expected }
}

function downloads(storePathIndex: number, size: number): () => Promise<void> {
  const client = storage.client()
  const { fileId, expected } = stored(storePathIndex, size)
  return async () => {
    const body = await client.downloadBuffer(await fileId)
    expect(body.equals(expected)).toBe(true)
  }
}

function httpDownloads(storePathIndex: number, size: number): () => Promise<void> {
  const { fileId, expected } = stored(storePathIndex, size)
  return async () => {
    const response = await fetch(`http://127.0.0.1:${storage.httpPort}/${await fileId}`)
    expect(Buffer.from(await response.arrayBuffer()).equals(expected)).toBe(true)
  }
}

function uploads(storePathIndex: number, size: number): () => Promise<void> {
  const client = storage.client()
  const body = content(size, 8)
  return async () => {
    const fileId = await client.uploadFile(body, { ext: 'bin', storePathIndex })
    expect(fileId.startsWith(`group1/M0${storePathIndex}/`)).toBe(true)
    last.set(body, fileId)
  }
}

function deletions(storePathIndex: number, size: number): () => Promise<void> {
  const client = storage.client()
  const body = content(size, 9)
  return async () => client.deleteFile(await client.uploadFile(body, { ext: 'bin', storePathIndex }))
}

/** The last file of each kind of upload. */
const last = new Map<Buffer, string>()

/** Whole with their creation, and as parts; the storage chooses between the disks, in turn. */
function httpUploads(): (round: number) => Promise<void> {
  const [small, large] = [content(2 * KIB, 10), content(300 * KIB, 11)]
  return async (round) => {
    const body = round % 2 === 0 ? small : large
    const upl = newUploadId()
    const calls = tusCalls(storage.httpPort, upl, storage.web.upload({ upl, len: body.length, mem: '100001' }))
    const answers = body === small ? [await calls.createWith(body.length, body)] : [await calls.create(body.length)]
    if (body === large) answers.push(await calls.patch(0, body))
    expect(answers.map(({ status }) => status)).toEqual(body === small ? [201] : [201, 204])
    last.set(body, storage.web.receipt(await receiptOf(calls)).fid)
  }
}

/** One crowd for each kind. */
function crowds(storePathIndex: number, clients: number): Map<string, Crowd> {
  const each = Math.ceil(clients / Object.keys(kinds).length)
  return new Map(Object.entries(kinds).map(([name, make]) => [name, new Crowd(each, make(storePathIndex))]))
}

const doneBy = (some: Map<string, Crowd>) => [...some.values()].map(({ done }) => done)

describe('clients of a quick disk', () => {
  it('go on while many wait for another disk that is slow, and while that one hangs', async () => {
    storage = await SlowDiskStorage.start(bundle)
    const slow = crowds(0, SLOW_CLIENTS)
    const quick = crowds(1, QUICK_CLIENTS)
    const both = new Crowd(HTTP_UPLOADERS, httpUploads())
    const all = [...slow.values(), ...quick.values(), both]
    await until('everybody was served', () => all.every(({ done }) => done >= 8))
    storage.become('slow')
    const served = doneBy(slow)
    const uploaded = both.done
    const isFelt = () => doneBy(slow).every((done, kind) => done > (served[kind] ?? 0) + 2)
    await until('each kind felt it', () => isFelt() && both.done > uploaded + HTTP_UPLOADERS, LIMIT_MS)

    const before = [doneBy(slow), doneBy(quick)] as const
    const isServedAgain = () => doneBy(slow).every((done, kind) => done >= (before[0][kind] ?? 0) + 8)
    await until('each kind was served again', isServedAgain, LIMIT_MS)
    const whileSlow = [doneBy(slow), doneBy(quick)] as const
    const names = Object.keys(kinds)
    const done = (which: 0 | 1, kind: number) => (whileSlow[which][kind] ?? 0) - (before[which][kind] ?? 0)
    const rows = names.map((name, kind) => ({ name, slow: done(0, kind), quick: done(1, kind) }))
    // A client of the quick disk does many times what many of the slow one do together.
    for (const { name, slow: few, quick: many } of rows) expect(many, name).toBeGreaterThan(few * 5)

    storage.become('hang')
    const hung = doneBy(quick)
    const goOn = () => doneBy(quick).every((count, kind) => count > (hung[kind] ?? 0) + 100)
    await until('each kind is served a hundred times more', goOn, LIMIT_MS)
    storage.recover()
    await Promise.all(all.map((crowd) => crowd.stop()))
    for (const [body, fileId] of last) expect((await storage.client().downloadBuffer(fileId)).equals(body)).toBe(true)
  }, 500_000)

  it('never wait for one that hangs, where nothing is done on an event loop', async () => {
    storage = await SlowDiskStorage.start(bundle, { disk_calls: 'pool' })
    const hanging = crowds(0, SLOW_CLIENTS)
    const quick = crowds(1, QUICK_CLIENTS)
    const both = new Crowd(HTTP_UPLOADERS, httpUploads())
    const all = [...hanging.values(), ...quick.values(), both]
    await until('everybody was served', () => all.every(({ done }) => done >= 8))
    // Without a slow call before: each thread meets it unprepared.
    storage.become('hang')
    const hung = doneBy(quick)
    const goOn = () => doneBy(quick).every((count, kind) => count > (hung[kind] ?? 0) + 100)
    await until('each kind is served a hundred times more', goOn, LIMIT_MS)
    storage.recover()
    await Promise.all(all.map((crowd) => crowd.stop()))
    for (const [body, fileId] of last) expect((await storage.client().downloadBuffer(fileId)).equals(body)).toBe(true)
  }, 500_000)
})
