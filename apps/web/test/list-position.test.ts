import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import type { Folder } from './support/drive.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { browser, drive } = await signedInDrive()
let folder: Folder
const [FOLDERS, FILES] = [130, 420]

interface Page {
  items: { id: string; name: string; kind: string; size: number }[]
  nextCursor: string | null
  start?: number
  total: number
}

beforeAll(async () => {
  folder = await drive.makeFolder('Many')
  await drive.fill(folder, FILES)
  const { row } = await drive.makeFolder('folder 0', folder.id)
  await db().$executeRaw`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key)
    SELECT public_id || n, owner_id, parent_id, kind, 'folder ' || n, 'folder ' || n
    FROM entry, generate_series(1, ${FOLDERS - 1}::int) n WHERE id = ${row}`
})

async function page(query: string, place = folder.id): Promise<Page> {
  const { status, body } = await browser.get(`/api/drive/entries?folder=${place}&${query}`)
  expect(status).toBe(200)
  return body
}

/** Everything by cursors, from the beginning on. */
async function walk(order: string, place = folder.id): Promise<Page['items']> {
  const items: Page['items'] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: Page = await page(`${order}&cursor=${cursor}`.replace(/&cursor=$/, ''), place)
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

describe('what is gathered from the whole drive', () => {
  const [LABELLED, THROWN] = [230, 210]
  let tag: string

  beforeAll(async () => {
    const all = await db().entry.findMany({ where: { parentId: folder.row }, orderBy: { id: 'asc' } })
    tag = (await browser.post('/api/labels/tags', { name: 'Long', colour: 'teal' })).body.id
    const labelled = all.slice(0, LABELLED).map(({ publicId }) => publicId)
    await browser.post('/api/labels/entries', { ids: labelled, add: [tag] })
    const attic = await drive.makeFolder('Attic')
    await db().$executeRaw`
      INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, size, trash_id, trashed_at, id)
      SELECT 'gone-' || n, owner_id, ${attic.row}, 0, 'gone ' || n, 'gone ' || n, 0, i, now() - make_interval(days => n), i
      FROM entry, (SELECT n, nextval('entry_id_seq') AS i FROM generate_series(1, ${THROWN}::int) n) ids
      WHERE entry.id = ${folder.row}`
  })

  const places = () => [
    { place: '~category.document', total: FILES },
    { place: `~tag.${tag}`, total: LABELLED },
    { place: '~trash', total: THROWN },
  ]

  it.each(['sort=name&dir=desc', 'sort=size&dir=asc', 'sort=modified&dir=desc'])(
    'can be entered at any position, and around an entry (%s)',
    async (order) => {
      for (const { place, total } of places()) {
        const all = await walk(order, place)
        expect([place, all.length]).toEqual([place, total])
        const found = await page(`${order}&at=150`, place)
        expect(found).toMatchObject({ start: 100, total })
        expect(found.items[0]?.id).toBe(all[100]?.id)
        const around = await page(`${order}&around=${all[205]?.id}`, place)
        expect([around.start, around.items[0]?.id]).toEqual([200, all[200]?.id])
      }
    },
  )

  it('says where each letter and each month begins', async () => {
    const marks = async (place: string, order: string) =>
      (await browser.get(`/api/drive/marks?folder=${place}&${order}`)).body.marks
    expect(await marks('~category.document', 'sort=name&dir=asc')).toEqual([{ at: 0, text: 'f' }])
    const tagged = await walk('sort=name&dir=asc', `~tag.${tag}`)
    const folders = tagged.filter(({ kind }) => kind === 'folder').length
    expect(await marks(`~tag.${tag}`, 'sort=name&dir=asc')).toEqual(
      [
        { at: 0, text: 'f' },
        { at: folders, text: 'f' },
      ].slice(folders === 0 ? 1 : 0),
    )
    const months = await marks('~trash', 'sort=modified&dir=desc')
    expect(months[0].at).toBe(0)
    expect(months.length).toBeGreaterThan(6)
    expect(months.map(({ text }: { text: string }) => text)).toEqual(
      months
        .map(({ text }: { text: string }) => text)
        .toSorted()
        .reverse(),
    )
    expect(await marks('~recent', 'sort=name&dir=asc')).toEqual([])
  })
})
