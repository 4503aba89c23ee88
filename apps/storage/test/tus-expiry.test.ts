import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tusCalls } from './http/http-call.ts'
import {
  createWebKeys,
  newFolder,
  newUploadId,
  removeFolder,
  startWebStorage,
  storedFiles,
  type WebKeys,
  type WebStorage,
} from './http/web-storage.ts'

const DAY_SECONDS = 24 * 3600
let folder: string
let storage: WebStorage
let web: WebKeys

beforeEach(async () => {
  folder = newFolder()
  web = createWebKeys(folder)
  storage = await startWebStorage({ folder })
})

afterEach(async () => {
  await storage.close()
  removeFolder(folder)
})

async function openUpload(): Promise<string> {
  const upl = newUploadId()
  const { create, patch } = tusCalls(storage.http.port, upl, web.upload({ upl, len: 1000 }))
  await create(1000)
  const answer = await patch(0, Buffer.alloc(10))
  const expires = Date.parse(String(answer.headers['upload-expires'])) / 1000
  expect(expires - Date.now() / 1000).toBeGreaterThan(13.9 * DAY_SECONDS)
  return upl
}

const partOf = (upl: string) => join(folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.part`)

it('a part that nobody wrote to for 14 days is removed, a younger one stays', async () => {
  const old = await openUpload()
  const young = await openUpload()
  await storage.close()
  const now = Date.now() / 1000
  utimesSync(partOf(old), now, now - 14 * DAY_SECONDS - 60)
  utimesSync(partOf(young), now, now - 14 * DAY_SECONDS + 60)
  storage = await startWebStorage({ folder })
  await expect.poll(() => storedFiles(folder).length).toBe(2)
  expect(readFileSync(partOf(young)).length).toBe(10)
  const head = (upl: string) => tusCalls(storage.http.port, upl, web.upload({ upl, len: 1000 })).head()
  expect((await head(old)).status).toBe(410)
  expect((await head(young)).headers['upload-offset']).toBe('10')
})
