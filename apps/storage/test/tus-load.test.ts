import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleChild, type ChildStorage, startChild } from './http/child-process.ts'
import { receiptOf, tusCalls } from './http/http-call.ts'
import { createWebKeys, newFolder, newUploadId, removeFolder, sha256, type WebKeys } from './http/web-storage.ts'

const UPLOADS = 200
const BYTES = 200_000
/** A storage that kept the contents of a round would grow by 40 MB. */
const GROWTH_MAX = 30 * 1024 * 1024

let bundle: { folder: string; path: string }
let folder: string
let web: WebKeys
let child: ChildStorage

beforeAll(async () => {
  bundle = await bundleChild()
  folder = newFolder()
  web = createWebKeys(folder)
  child = await startChild(bundle.path, folder)
}, 60_000)

afterAll(async () => {
  await child.kill()
  removeFolder(folder)
  removeFolder(bundle.folder)
})

const shared = randomBytes(BYTES)

/** An upload in two requests; its first bytes are its own. */
async function upload(): Promise<void> {
  const content = Buffer.from(shared)
  const upl = newUploadId()
  content.write(upl)
  const calls = tusCalls(child.port, upl, web.upload({ upl, len: BYTES }))
  expect((await calls.create(BYTES)).status).toBe(201)
  expect((await calls.patch(0, content.subarray(0, BYTES / 2))).status).toBe(204)
  const last = await calls.patch(BYTES / 2, content.subarray(BYTES / 2))
  expect(last.status).toBe(204)
  const token = last.headers['cairn-receipt'] ?? (await receiptOf(calls))
  const { fid, sha256: stored } = web.receipt(String(token))
  expect(stored).toBe(sha256(content))
  expect(readFileSync(join(folder, 'path0', 'data', fid.split('/').slice(2).join('/'))).equals(content)).toBe(true)
}

const round = () => Promise.all(Array.from({ length: UPLOADS }, upload))

describe('two hundred uploads at once', () => {
  it('are stored without a failure, and the memory of the storage does not grow with them', async () => {
    await round()
    const before = await child.rss('collected')
    await round()
    expect((await child.rss('collected')) - before).toBeLessThan(GROWTH_MAX)
  }, 120_000)
})
