import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from '@cairn/dfs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { call, receiptIn, TUS, tusCalls } from './http/http-call.ts'
import {
  createWebKeys,
  newUploadId,
  sha256,
  startWebStorage,
  type WebKeys,
  type WebStorage,
} from './http/web-storage.ts'
import { fillDisk, mountNamespace, SmallDisk } from './small-disk.ts'

// Where an upload goes on is a line on the disk. A storage that could not write it answers as before.

const MIB = 1024 * 1024
const SIZE = 3 * MIB

let disk: SmallDisk | undefined
let storage: WebStorage
let web: WebKeys

beforeEach(async ({ skip }) => {
  const namespace = mountNamespace()
  skip(namespace === undefined, 'no tmpfs can be mounted here: neither as root nor in a user namespace')
  disk = await SmallDisk.mount(namespace ?? [], '24m')
  web = createWebKeys(disk.path)
  storage = await startWebStorage({ folder: disk.path })
})
afterEach(async () => {
  if (disk === undefined) return
  await storage.close()
  await disk.close()
  disk = undefined
})

const filler = () => join(disk?.path ?? '', 'filler')
const calls = (upl: string, ep: number) => tusCalls(storage.http.port, upl, web.upload({ upl, len: SIZE, ep }))

/** What another member sends of an upload that it takes. */
function copied(upl: string, ep: number, offset: number, data: Buffer): Promise<number> {
  const facts = { len: SIZE, lenMax: SIZE, ext: 'bin', own: 'owner1', ent: 'entry1', metadata: '', concat: '' }
  return storage.parts.copies.write(
    { upl, ep },
    { offset, data, crc32: crc32(data), about: { ...facts, storePathIndex: 0 } },
  )
}

it('a copy that nobody could go on with stays the copy of the member that sends it', async () => {
  const [upl, content] = [newUploadId(), randomBytes(SIZE)]
  expect(await copied(upl, 1, 0, content.subarray(0, MIB))).toBe(MIB)
  fillDisk(filler())
  expect((await calls(upl, 2).head()).status).toBe(507)
  expect(await copied(upl, 1, MIB, Buffer.alloc(0))).toBe(MIB)

  rmSync(filler())
  expect(await copied(upl, 1, MIB, content.subarray(MIB, 2 * MIB))).toBe(2 * MIB)
  const second = calls(upl, 2)
  expect((await second.head()).headers['upload-offset']).toBe(`${2 * MIB}`)
  await expect(copied(upl, 1, 2 * MIB, Buffer.alloc(0))).rejects.toMatchObject({ code: 'superseded' })
  const last = await second.patch(2 * MIB, content.subarray(2 * MIB))
  expect(web.receipt(await receiptIn(last, second)).sha256).toBe(sha256(content))
})

it('an upload that could not become the copy of another member goes on here', async () => {
  const [upl, content] = [newUploadId(), randomBytes(SIZE)]
  const own = calls(upl, 1)
  await own.create(SIZE)
  await own.patch(0, content.subarray(0, MIB))
  fillDisk(filler())
  await expect(copied(upl, 2, MIB, Buffer.alloc(0))).rejects.toMatchObject({ code: 'ENOSPC' })
  expect((await own.head()).headers['upload-offset']).toBe(`${MIB}`)

  rmSync(filler())
  const last = await own.patch(MIB, content.subarray(MIB))
  expect(web.receipt(await receiptIn(last, own)).sha256).toBe(sha256(content))
})

it('of two that go on at once the higher epoch stays, also when it was written first', async () => {
  const upl = newUploadId()
  await copied(upl, 1, 0, randomBytes(MIB))
  const [high, low] = await Promise.all([calls(upl, 3).head(), calls(upl, 2).head()])
  expect(high.status).toBe(200)
  expect([200, 410]).toContain(low.status)
  expect((await calls(upl, 2).head()).status).toBe(410)
  await storage.close()
  storage = await startWebStorage({ folder: disk?.path ?? '' })
  expect((await calls(upl, 2).head()).status).toBe(410)
  expect((await calls(upl, 3).head()).headers['upload-offset']).toBe(`${MIB}`)
})

it('the length that an upload was told on a full disk is not known, and may be another one', async () => {
  const [upl, content] = [newUploadId(), randomBytes(SIZE)]
  const own = calls(upl, 1)
  const auth = { Authorization: `Bearer ${web.upload({ upl, len: SIZE })}` }
  const deferred = { ...TUS, ...auth, 'Upload-Defer-Length': '1' }
  expect((await call(storage.http.port, { method: 'POST', path: '/files/', headers: deferred })).status).toBe(201)
  fillDisk(filler())
  expect((await own.patch(0, Buffer.alloc(0), { 'Upload-Length': `${MIB}` })).status).toBe(507)
  rmSync(filler())
  const last = await own.patch(0, content, { 'Upload-Length': `${SIZE}` })
  expect(web.receipt(await receiptIn(last, own)).sha256).toBe(sha256(content))
})

it('an upload that has ended here and comes back with a higher epoch is created again', async () => {
  const [upl, content] = [newUploadId(), randomBytes(SIZE)]
  await calls(upl, 1).create(SIZE)
  expect((await calls(upl, 1).end()).status).toBe(204)
  for (const request of ['head', 'receipt'] as const) {
    expect((await calls(upl, 1)[request]()).status).toBe(410)
    expect((await calls(upl, 2)[request]()).status).toBe(404)
  }
  expect((await calls(upl, 2).patch(0, content)).status).toBe(404)
  const again = calls(upl, 2)
  expect((await again.create(SIZE)).status).toBe(201)
  const last = await again.patch(0, content)
  expect(web.receipt(await receiptIn(last, again)).sha256).toBe(sha256(content))
})
