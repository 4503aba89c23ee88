import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { newUploadId, storedFiles } from './http/web-storage.ts'

const DAY_SECONDS = 24 * 3600
const used = ownWebStorage()

async function openUpload(): Promise<string> {
  const upl = newUploadId()
  const { create, patch } = tusCalls(used.port, upl, used.web.upload({ upl, len: 1000 }))
  await create(1000)
  const answer = await patch(0, Buffer.alloc(10))
  const expires = Date.parse(String(answer.headers['upload-expires'])) / 1000
  expect(expires - Date.now() / 1000).toBeGreaterThan(13.9 * DAY_SECONDS)
  return upl
}

const partOf = (upl: string) => join(used.folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.part`)

it('a part that nobody wrote to for 14 days is removed, a younger one stays', async () => {
  const old = await openUpload()
  const young = await openUpload()
  await used.stop()
  const now = Date.now() / 1000
  utimesSync(partOf(old), now, now - 14 * DAY_SECONDS - 60)
  utimesSync(partOf(young), now, now - 14 * DAY_SECONDS + 60)
  await used.start()
  await expect.poll(() => storedFiles(used.folder).length).toBe(2)
  expect(readFileSync(partOf(young)).length).toBe(10)
  const head = (upl: string) => tusCalls(used.port, upl, used.web.upload({ upl, len: 1000 })).head()
  expect((await head(old)).status).toBe(410)
  expect((await head(young)).headers['upload-offset']).toBe('10')
})
