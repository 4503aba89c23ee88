import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { parseFileId } from '@cairn/dfs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allActive, startCluster, type TestCluster, type TestStorage, until } from './cluster.ts'
import { call, receiptIn, tusCalls } from './http/http-call.ts'
import { addWebMember } from './http/web-member.ts'
import { createWebKeys, newUploadId, sha256, type WebKeys } from './http/web-storage.ts'

let cluster: TestCluster
let one: TestStorage
let two: TestStorage
let web: WebKeys

beforeEach(async () => {
  cluster = await startCluster([])
  web = createWebKeys(cluster.folder)
  one = await addWebMember(cluster, '100001')
  two = await addWebMember(cluster, '100002')
  await allActive(cluster)
})

afterEach(() => cluster.close())

async function upload(to: TestStorage, body: Buffer): Promise<string> {
  const upl = newUploadId()
  const calls = tusCalls(to.running.httpPort, upl, web.upload({ upl, len: body.length, mem: to.id }))
  const answer = await calls.createWith(body.length, body)
  expect(answer.status).toBe(201)
  return await receiptIn(answer, calls)
}

const fileIdOf = (receipt: string) => web.receipt(receipt).fid
const pathAt = (storage: TestStorage, fileId: string) =>
  join(storage.basePath, 'data', fileId.slice('group1/M00/'.length))

function get(from: TestStorage, fid: string, { method = 'GET', range }: { method?: string; range?: string } = {}) {
  const t = web.download({ fid, sz: parseFileId(fid).size })
  const headers = range === undefined ? {} : { Range: range }
  return call(from.running.httpPort, { method, path: `/${fid}?t=${t}`, headers })
}

describe('a group of two storages', () => {
  it.each([4000, 3_000_000])(
    'has a file of %i bytes on both, with its metadata, after one upload over HTTP',
    async (size) => {
      const body = randomBytes(size)
      const fid = fileIdOf(await upload(one, body))
      await until('it is at the other member', () => existsSync(`${pathAt(two, fid)}-m`))
      for (const storage of [one, two]) {
        expect(sha256((await get(storage, fid)).body)).toBe(sha256(body))
        expect(sha256(await storage.client.downloadBuffer(fid))).toBe(sha256(body))
        expect(await storage.client.getMetadata(fid)).toEqual({ own: 'owner1', ent: 'entry1' })
      }
      expect(readFileSync(pathAt(two, fid)).equals(body)).toBe(true)
    },
  )

  it('has two hundred uploads that came at once on both, byte for byte', async () => {
    const size = 200_000
    const uploads = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const body = randomBytes(size)
        const upl = newUploadId()
        const calls = tusCalls(one.running.httpPort, upl, web.upload({ upl, len: size, mem: one.id }))
        expect((await calls.create(size)).status).toBe(201)
        expect((await calls.patch(0, body.subarray(0, size / 2))).status).toBe(204)
        const last = await calls.patch(size / 2, body.subarray(size / 2))
        expect(last.status).toBe(204)
        return { body, fid: fileIdOf(await receiptIn(last, calls)) }
      }),
    )
    for (const { body, fid } of uploads) {
      expect(readFileSync(pathAt(one, fid)).equals(body)).toBe(true)
      await until('it is at the other member', () => existsSync(`${pathAt(two, fid)}-m`))
      expect(readFileSync(pathAt(two, fid)).equals(body)).toBe(true)
    }
  }, 120_000)

  it('gives a file that only its source has, from both', async () => {
    const body = randomBytes(700_000)
    const fid = fileIdOf(await upload(one, body))
    await until('it is at the other member', () => existsSync(`${pathAt(two, fid)}-m`))
    unlinkSync(pathAt(two, fid))
    expect((await get(two, fid)).body.equals(body)).toBe(true)
    const range = await get(two, fid, { range: 'bytes=100000-100099' })
    expect([range.status, range.body.equals(body.subarray(100_000, 100_100))]).toEqual([206, true])
    expect((await get(two, fid, { method: 'HEAD' })).headers['content-length']).toBe('700000')
  })

  it('does not go round in circles for a file that nobody has', async () => {
    const fid = fileIdOf(await upload(one, randomBytes(1000)))
    await until('it is at the other member', () => existsSync(`${pathAt(two, fid)}-m`))
    unlinkSync(pathAt(one, fid))
    unlinkSync(pathAt(two, fid))
    for (const storage of [one, two]) expect((await get(storage, fid)).status).toBe(404)
  })

  it('says "later" for a file whose source is down, and gives it when the source is back', async () => {
    const body = randomBytes(1000)
    const fid = fileIdOf(await upload(one, body))
    await until('it is at the other member', () => existsSync(`${pathAt(two, fid)}-m`))
    unlinkSync(pathAt(two, fid))
    await one.stop()
    const answer = await get(two, fid)
    expect([answer.status, answer.json['code'], answer.headers['retry-after']]).toEqual([503, 'source_down', '5'])
    await one.start()
    expect((await get(two, fid)).body.equals(body)).toBe(true)
  })

  it('keeps an upload that its storage was stopped in the middle of', async () => {
    const body = randomBytes(500_000)
    const upl = newUploadId()
    const ticket = web.upload({ upl, len: body.length })
    const before = tusCalls(one.running.httpPort, upl, ticket)
    await before.create(body.length)
    await before.patch(0, body.subarray(0, 300_000))
    await one.stop()
    await one.start()
    const after = tusCalls(one.running.httpPort, upl, ticket)
    expect((await after.head()).headers['upload-offset']).toBe('300000')
    const last = await after.patch(300_000, body.subarray(300_000))
    const fid = fileIdOf(await receiptIn(last, after))
    await until('it is at the other member', () => existsSync(pathAt(two, fid)))
    expect((await get(two, fid)).body.equals(body)).toBe(true)
  })

  it('tells its HTTP port and its kids over FastDFS', async () => {
    const status = await one.client.status()
    expect(status).toMatchObject({ httpPort: one.running.httpPort, storageId: '100001', group: 'group1' })
    expect(status.kids.length).toBe(1)
  })
})
