import { utimesSync } from 'node:fs'
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
  type WebStorageOptions,
} from './http/web-storage.ts'

// A storage that is stopped in the moment in which it started, with work that nobody asked for under way.

const SIZE = 100_000
const UPLOADS = 8
const EXPIRED = 60
const WARN = 40

let folder: string
let web: WebKeys
let storage: WebStorage
let lines: string[]

beforeEach(() => {
  folder = newFolder()
  web = createWebKeys(folder)
  lines = []
})

afterEach(async () => {
  await storage.close()
  removeFolder(folder)
})

async function start(options: Partial<WebStorageOptions> = {}): Promise<void> {
  storage = await startWebStorage({ folder, ...options, onLog: (line) => lines.push(line) })
}

const callsOf = (upl: string) => tusCalls(storage.http.port, upl, web.upload({ upl, len: SIZE }))
const failures = () => lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= WARN)

it('leaves the rest of the complete uploads to the next start', async () => {
  await start({
    step: () => {
      throw new Error('the disk does not want any')
    },
  })
  const upls = Array.from({ length: UPLOADS }, newUploadId)
  for (const upl of upls) {
    await callsOf(upl).create(SIZE)
    await callsOf(upl).patch(0, Buffer.alloc(SIZE, upl))
  }
  await storage.close()
  lines = []
  await start()
  await storage.close()
  expect(failures()).toEqual([])
  await start()
  for (const upl of upls) await expect.poll(async () => (await callsOf(upl).receipt()).status).toBe(200)
  expect(storedFiles(folder).filter((name) => name.endsWith('.bin')).length).toBe(UPLOADS)
})

it('leaves the rest of the expired uploads to the next start', async () => {
  await start()
  const upls = Array.from({ length: EXPIRED }, newUploadId)
  for (const upl of upls) {
    await callsOf(upl).create(SIZE)
    await callsOf(upl).patch(0, Buffer.alloc(10))
  }
  await storage.close()
  const longAgo = Date.now() / 1000 - 15 * 24 * 3600
  for (const upl of upls) {
    utimesSync(join(folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.part`), longAgo, longAgo)
  }
  lines = []
  await start()
  await storage.close()
  expect(failures()).toEqual([])
  await start()
  for (const upl of upls) await expect.poll(async () => (await callsOf(upl).head()).status).toBe(410)
})
