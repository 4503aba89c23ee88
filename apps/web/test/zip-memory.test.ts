// A ZIP of gigabytes passes through this process to readers of any speed: what they have not taken must stay where it is.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { dfs } from '../src/lib/dfs.ts'
import { startApiServer } from './support/api-server.ts'
import type { Browser } from './support/browser.ts'
import { TestCluster } from './support/cluster.ts'
import { freshDatabase } from './support/database.ts'
import { type Person, signedInBrowser } from './support/people.ts'
import { storeFile } from './support/stored-files.ts'

await freshDatabase()
const cluster = new TestCluster()
let server: Awaited<ReturnType<typeof startApiServer>>
let owner: Browser
let person: Person

const MIB = 1024 * 1024
const FILE = 32 * MIB
const FILES = 12
// Application, storage and reader are one process here. Without a brake it would be most of the ZIP.
const GROWTH_MAX = 128 * MIB

beforeAll(async () => {
  await cluster.start()
  server = await startApiServer()
  ;({ browser: owner, person } = await signedInBrowser(server.url))
})
afterAll(async () => {
  await server.close()
  dfs().close()
  await cluster.close()
})

function open(path: string): Promise<IncomingMessage> {
  const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return new Promise((resolve, reject) => {
    const headers = { Host: 'drive.test:3000', Cookie: cookie }
    request(`${server.url}${path}`, { headers, agent: false }, resolve).on('error', reject).end()
  })
}

/** Resident memory once it does not grow any more. */
async function settledMemory(): Promise<number> {
  for (let before = process.memoryUsage.rss(); ; ) {
    await wait(500)
    const now = process.memoryUsage.rss()
    if (now - before < 2 * MIB) return now
    before = now
  }
}

it('a ZIP of 384 MiB waits in the storages, and not here, for a reader that stops', async () => {
  const { id } = await storeFile(person, 'one.bin', 'application/octet-stream', Buffer.alloc(FILE, 7))
  await db().$executeRaw`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, category, blob_id, size)
    SELECT public_id || n, owner_id, parent_id, 1, n || '.bin', n::text, category, blob_id, size
    FROM entry, generate_series(2, ${FILES}::int) n WHERE id = ${id}`
  const ids = (await db().entry.findMany({ where: { blobId: { not: null } } })).map(({ publicId }) => publicId)
  const { body } = await owner.post('/api/zip', { ids })
  const before = process.memoryUsage.rss()
  const answer = await open(body.url)
  let taken = 0
  let grown = 0
  answer.once('data', () => {
    answer.pause()
    void settledMemory().then((stopped) => {
      grown = stopped - before
      answer.resume()
    })
  })
  answer.on('data', (chunk: Buffer) => {
    taken += chunk.length
  })
  await once(answer, 'end')
  expect(taken).toBe(Number(answer.headers['content-length']))
  expect(taken).toBeGreaterThan(FILES * FILE)
  expect(grown).toBeLessThan(GROWTH_MAX)
})
