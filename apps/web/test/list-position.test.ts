import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import type { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { driveOf, type Folder } from './support/drive.ts'
import { signedInBrowser } from './support/people.ts'

await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let browser: Browser
let folder: Folder
const [FOLDERS, FILES] = [130, 420]

interface Page {
  items: { id: string; name: string; kind: string; size: number }[]
  nextCursor: string | null
  start?: number
  total: number
}

beforeAll(async () => {
  server = await startApiServer()
  const signedIn = await signedInBrowser(server.url)
  browser = signedIn.browser
  const drive = driveOf(browser, signedIn.person)
  folder = await drive.makeFolder('Many')
  await drive.fill(folder, FILES)
  const { row } = await drive.makeFolder('folder 0', folder.id)
  await db().$executeRaw`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key)
    SELECT public_id || n, owner_id, parent_id, kind, 'folder ' || n, 'folder ' || n
    FROM entry, generate_series(1, ${FOLDERS - 1}::int) n WHERE id = ${row}`
})
afterAll(() => server.close())

async function page(query: string): Promise<Page> {
  const { status, body } = await browser.get(`/api/drive/entries?folder=${folder.id}&${query}`)
  expect(status).toBe(200)
  return body
}

/** Everything by cursors, from the beginning on. */
async function walk(order: string): Promise<Page['items']> {
  const items: Page['items'] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: Page = await page(`${order}&cursor=${cursor}`.replace(/&cursor=$/, ''))
    items.push(...next.items)
    cursor = next.nextCursor
  }
  return items
}

describe.each(['sort=name&dir=asc', 'sort=name&dir=desc', 'sort=size&dir=desc', 'sort=modified&dir=desc'])(
  'a page in the middle of a folder (%s)',
  (order) => {
    it('holds what a walk from the beginning finds at this position, and goes on by cursor', async () => {
      const all = await walk(order)
      expect(all).toHaveLength(FOLDERS + FILES)
      for (const at of [99, 100, 131, 549]) {
        const found = await page(`${order}&at=${at}`)
        const start = Math.floor(at / 100) * 100
        expect(found.start).toBe(start)
        expect(found.items.map(({ id }) => id)).toEqual(all.slice(start, start + 100).map(({ id }) => id))
        if (found.nextCursor === null) continue
        const next = await page(`${order}&cursor=${found.nextCursor}`)
        expect(next.items[0]?.id).toBe(all[start + 100]?.id)
      }
    })

    it('is found around an entry, folder or file', async () => {
      const all = await walk(order)
      for (const at of [129, 130, 549]) {
        const found = await page(`${order}&around=${all[at]?.id}`)
        expect(found.start).toBe(Math.floor(at / 100) * 100)
        expect(found.items.map(({ id }) => id)).toContain(all[at]?.id)
      }
    })
  },
)

it('a position behind the end gives the last page, an entry of another place the first', async () => {
  expect(await page('at=5000')).toMatchObject({ start: 500, total: FOLDERS + FILES, nextCursor: null })
  expect(await page('around=nowhere')).toMatchObject({ start: 0 })
})

it('positions that are none are refused', async () => {
  for (const at of ['-1', '1.5', 'x']) {
    expect((await browser.get(`/api/drive/entries?folder=${folder.id}&at=${at}`)).status).toBe(400)
  }
})

it('marks say where each letter begins, in the order of the list', async () => {
  const { body } = await browser.get(`/api/drive/marks?folder=${folder.id}&sort=name&dir=desc`)
  expect(body.marks).toEqual([
    { at: 0, text: 'f' },
    { at: FOLDERS, text: 'f' },
  ])
  const months = await browser.get(`/api/drive/marks?folder=${folder.id}&sort=modified&dir=desc`)
  expect(months.body.marks[0]).toEqual({ at: 0, text: new Date().toISOString().slice(0, 7) })
  expect((await browser.get('/api/drive/marks?folder=nowhere')).status).toBe(404)
})
