import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tusCalls } from './http/http-call.ts'
import { ownWebStorage } from './http/own-web-storage.ts'
import { newUploadId, storedFiles } from './http/web-storage.ts'

// A storage that is stopped in the moment in which it started, with work that nobody asked for under way.

const SIZE = 100_000
const UPLOADS = 8
const EXPIRED = 60
const WARN = 40

const used = ownWebStorage()

const callsOf = (upl: string) => tusCalls(used.port, upl, used.web.upload({ upl, len: SIZE }))
const failures = () => used.log.map((line) => JSON.parse(line)).filter(({ level }) => level >= WARN)

it('leaves the rest of the complete uploads to the next start', async () => {
  await used.restart({
    step: () => {
      throw new Error('the disk does not want any')
    },
  })
  const upls = Array.from({ length: UPLOADS }, newUploadId)
  for (const upl of upls) {
    await callsOf(upl).create(SIZE)
    await callsOf(upl).patch(0, Buffer.alloc(SIZE, upl))
  }
  await used.stop()
  used.log = []
  await used.start()
  await used.stop()
  expect(failures()).toEqual([])
  await used.start()
  for (const upl of upls) await expect.poll(async () => (await callsOf(upl).receipt()).status).toBe(200)
  expect(storedFiles(used.folder).filter((name) => name.endsWith('.bin')).length).toBe(UPLOADS)
})

it('leaves the rest of the expired uploads to the next start', async () => {
  const upls = Array.from({ length: EXPIRED }, newUploadId)
  for (const upl of upls) {
    await callsOf(upl).create(SIZE)
    await callsOf(upl).patch(0, Buffer.alloc(10))
  }
  await used.stop()
  const longAgo = Date.now() / 1000 - 15 * 24 * 3600
  for (const upl of upls) {
    utimesSync(join(used.folder, 'path0/data/.cairn-parts', upl.slice(0, 2), `${upl}.part`), longAgo, longAgo)
  }
  used.log = []
  await used.start()
  await used.stop()
  expect(failures()).toEqual([])
  await used.start()
  for (const upl of upls) await expect.poll(async () => (await callsOf(upl).head()).status).toBe(410)
})
