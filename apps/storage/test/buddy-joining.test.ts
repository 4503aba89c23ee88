import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ServerError, Status } from '@cairn/dfs-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allActive, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { call, receiptOf, TUS, tusCalls } from './http/http-call.ts'
import { addWebMember } from './http/web-member.ts'
import { createWebKeys, newUploadId, sha256 } from './http/web-storage.ts'

// Partial uploads, whose storage dies before they are joined.

const PARTIAL = { 'Upload-Concat': 'partial' }
const SIZE = 300_000

let cluster: TestCluster
let first: TestStorage
let others: TestStorage[]

beforeAll(async () => {
  cluster = await startCluster([])
  first = await addWebMember(cluster, '100001')
  others = [await addWebMember(cluster, '100002'), await addWebMember(cluster, '100003')]
  await allActive(cluster)
})
afterAll(() => cluster.close())

const keysOf = (storage: TestStorage) => createWebKeys(cluster.folder, storage.id)

function callsAt(storage: TestStorage, upl: string, ep: number) {
  const ticket = keysOf(storage).upload({ upl, len: SIZE, ep, mem: storage.id })
  return tusCalls(storage.running.httpPort, upl, ticket)
}

function joinAt(storage: TestStorage, upl: string, partials: readonly string[]) {
  const ticket = keysOf(storage).upload({ upl, len: partials.length * SIZE, mem: storage.id })
  const list = `final;${partials.map((name) => `/files/${name}`).join(' ')}`
  const headers = { ...TUS, Authorization: `Bearer ${ticket}`, 'Upload-Concat': list }
  return call(storage.running.httpPort, { method: 'POST', path: '/files/', headers })
}

async function bytesAt(storage: TestStorage, upl: string): Promise<number> {
  try {
    return (await storage.client.partStat(upl)).offset
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return 0
    throw error
  }
}

function partFiles(storage: TestStorage): string[] {
  const names = readdirSync(join(storage.basePath, 'data/.cairn-parts'), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.part'))
}

const contentAt = (storage: TestStorage, fid: string) =>
  readFileSync(join(storage.basePath, 'data', fid.slice('group1/M00/'.length)))

async function membersWith(bytes: number, partials: readonly string[]): Promise<TestStorage[]> {
  const has = await Promise.all(others.map(async (storage) => (await bytesOfAll(storage, partials)) === bytes))
  return others.filter((_, at) => has[at])
}

async function buddyAndThird(bytes: number, partials: readonly string[]) {
  const [buddy] = await membersWith(bytes, partials)
  const third = others.find((storage) => storage !== buddy)
  if (buddy === undefined || third === undefined) throw new Error('a storage is missing')
  return { buddy, third }
}

const bytesOfAll = async (storage: TestStorage, partials: readonly string[]) =>
  (await Promise.all(partials.map((upl) => bytesAt(storage, upl)))).reduce((sum, bytes) => sum + bytes, 0)

it('partial uploads, also small ones, are kept by one other member, which goes on with them and joins them', async () => {
  const pieces = [1, 2, 3, 4, 5].map(() => randomBytes(SIZE))
  const partials = pieces.map(() => newUploadId())
  const unfinished = partials.at(-1) ?? ''
  for (const [at, upl] of partials.entries()) {
    const calls = callsAt(first, upl, 1)
    expect((await calls.create(SIZE, PARTIAL)).status).toBe(201)
    const piece = pieces[at] ?? Buffer.alloc(0)
    await calls.patch(0, upl === unfinished ? piece.subarray(0, 1000) : piece)
  }
  const total = 4 * SIZE + 1000
  await until('another member has all', async () => (await membersWith(total, partials)).length > 0)
  const { buddy, third } = await buddyAndThird(total, partials)
  // What went there while the storage had not yet heard of both has moved.
  await until('the third one has none of it', async () => (await bytesOfAll(third, partials)) === 0)

  await first.stop()
  const last = callsAt(buddy, unfinished, 2)
  const before = (await last.head()).headers
  expect([before['upload-offset'], before['upload-concat']]).toEqual(['1000', 'partial'])
  expect((await last.patch(1000, pieces.at(-1)?.subarray(1000) ?? Buffer.alloc(0))).status).toBe(204)
  const upl = newUploadId()
  expect((await joinAt(buddy, upl, partials)).status).toBe(201)
  const { fid, sha256: hash } = keysOf(buddy).receipt(await receiptOf(callsAt(buddy, upl, 1)))
  const whole = Buffer.concat(pieces)
  expect(hash).toBe(sha256(whole))
  expect(contentAt(buddy, fid).equals(whole)).toBe(true)
  await until('what was joined is gone', () => partFiles(buddy).length === 0)

  expect(partFiles(first).length).toBe(5)
  await first.start()
  await until('the storage that comes back drops what it had of them', () => partFiles(first).length === 0)
  expect((await callsAt(first, partials[0] ?? '', 1).head()).status).toBe(410)
})

it('copies move to a third member when theirs is away for long, and back; a member that has ended their uploads is believed', async () => {
  const kept = [newUploadId(), newUploadId()]
  for (const upl of kept) {
    const calls = callsAt(first, upl, 1)
    expect((await calls.create(SIZE, PARTIAL)).status).toBe(201)
    await calls.patch(0, randomBytes(SIZE))
  }
  const total = kept.length * SIZE
  await until('another member has all', async () => (await membersWith(total, kept)).length > 0)
  const { buddy, third } = await buddyAndThird(total, kept)

  await buddy.stop()
  await until('a third member has all', async () => (await bytesOfAll(third, kept)) === total)
  await buddy.start()
  await until('the third one has none of it any more', async () => (await bytesOfAll(third, kept)) === 0)
  expect(await bytesOfAll(buddy, kept)).toBe(total)

  await first.stop()
  const upl = newUploadId()
  expect((await joinAt(buddy, upl, kept)).status).toBe(201)
  await receiptOf(callsAt(buddy, upl, 1))
  await until('what was joined is gone', () => partFiles(buddy).length === 0)
  await buddy.stop()
  await first.start()
  await until('its copies go to the third one', async () => (await bytesOfAll(third, kept)) === total)
  await buddy.start()
  await until('nobody has them any more', () => partFiles(first).length + partFiles(third).length === 0)
})
