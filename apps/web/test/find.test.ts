import { describe, expect, it } from 'vitest'
import { setFavourite } from '../src/features/labels/commands.ts'
import { search } from '../src/features/search/search.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { nameKeys } from '../src/lib/entries/name-keys.ts'
import { processWide } from '../src/lib/process-wide.ts'
import { newPublicId } from '../src/lib/public-id.ts'
import { fillGrams } from '../src/worker/fill-grams.ts'
import type { Browser } from './support/browser.ts'
import { driveOf } from './support/drive.ts'
import { addFile, newPerson, signedInBrowser } from './support/people.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { server, browser, person, drive } = await signedInDrive()

async function found(q: string, owner = person, folder = 'root'): Promise<string[]> {
  return (await search(owner.id, { q, folder })).items.map(({ name }) => name)
}

async function makeFolder(name: string, parentId = 'root'): Promise<string> {
  return (await browser.post('/api/drive/folders', { parentId, name })).body.id
}

/** Folders with these names, and what PostgreSQL knows of how frequent their pieces are. */
async function fill(owner: { id: string; rootId: bigint }, names: readonly string[]): Promise<void> {
  const keys = JSON.stringify(names.map((name) => ({ name, ...nameKeys(name) })))
  await db().$executeRaw`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams)
    SELECT ${newPublicId()} || row_number() OVER (), ${owner.id}, ${owner.rootId}, 0, name, "sortKey", grams
    FROM jsonb_to_recordset(${keys}::jsonb) AS r(name text, "sortKey" text, grams text[])`
  await db().$executeRaw`ANALYZE entry`
  processWide('search.keys', () => ({ at: 0 })).at = 0
}

interface Counted {
  category: string
  files: number
  bytes: number
}

async function kept(ownerId: string): Promise<Counted[]> {
  return await db().$queryRaw<Counted[]>`
    SELECT category, files::int, bytes::int FROM owner_category
    WHERE owner_id = ${ownerId} AND (files <> 0 OR bytes <> 0) ORDER BY category`
}

async function recounted(ownerId: string): Promise<Counted[]> {
  return await db().$queryRaw<Counted[]>`
    SELECT category, count(*)::int AS files, sum(size)::int AS bytes FROM entry
    WHERE owner_id = ${ownerId} AND kind = 1 AND trash_id IS NULL GROUP BY category ORDER BY category`
}

describe('a search', () => {
  it('finds words of two Chinese characters, how they sound, and initials, and says what to print bold', async () => {
    await addFile(person.id, person.rootId, '潮位观测数据_2026年第三季度.xlsx')
    await addFile(person.id, person.rootId, 'chaowei_import.py')
    expect(await found('潮位')).toEqual(['潮位观测数据_2026年第三季度.xlsx'])
    expect(await found('chaowei')).toHaveLength(2)
    expect(await found('cwgc')).toEqual(['潮位观测数据_2026年第三季度.xlsx'])
    const { items } = await search(person.id, { q: 'guance', folder: 'root' })
    expect(items[0]?.ranges).toEqual([[2, 4]])
  })

  it('puts the exact name first, then beginnings, then beginnings of words', async () => {
    const names = ['a kelpreport.txt', 'the kelp.txt', 'kelp forest.txt', 'kelp.txt', 'seakelp.txt']
    for (const name of names) await addFile(person.id, person.rootId, name, { modifiedAt: new Date(0) })
    expect(await found('KELP')).toEqual([
      'kelp.txt',
      'kelp forest.txt',
      'the kelp.txt',
      'a kelpreport.txt',
      'seakelp.txt',
    ])
  })

  it('finds a single character beside a word wherever it stands, and alone where names begin with it', async () => {
    const owner = await newPerson()
    for (const name of ['gull 1.txt', 'gull 21.txt', '1 gull.txt', 'gull.txt', '1 tern.txt']) {
      await addFile(owner.id, owner.rootId, name, { modifiedAt: new Date(0) })
    }
    expect((await found('gull 1', owner)).toSorted()).toEqual(['1 gull.txt', 'gull 1.txt', 'gull 21.txt'])
    expect((await found('1 gull', owner)).toSorted()).toEqual(['1 gull.txt', 'gull 1.txt', 'gull 21.txt'])
    expect((await found('1', owner)).toSorted()).toEqual(['1 gull.txt', '1 tern.txt'])
    expect(await found('gull 7', owner)).toEqual([])
  })

  it('understands filters', async () => {
    const folder = await makeFolder('Ledger')
    const { id } = await db().entry.findUniqueOrThrow({ where: { publicId: folder } })
    await addFile(person.id, id, 'ledger big.bin', { size: 5_000_000, modifiedAt: new Date('2026-03-05') })
    await addFile(person.id, person.rootId, 'ledger small.bin', { size: 5, modifiedAt: new Date('2025-03-05') })
    expect(await found('ledger >1MB')).toEqual(['ledger big.bin'])
    expect(await found('ledger before:2026')).toEqual(['ledger small.bin'])
    expect(await found('ledger type:folder')).toEqual(['Ledger'])
    expect(await found('ledger in:here', person, folder)).toEqual(['ledger big.bin'])
    expect(await found('>4MB type:document')).toEqual(['ledger big.bin'])
    expect(await found('ledger tag:nothing')).toEqual([])
  })

  it('gives pages that follow each other without a gap', async () => {
    const owner = await newPerson()
    for (let n = 0; n < 60; n += 1) await addFile(owner.id, owner.rootId, `page ${n}.txt`)
    const names: string[] = []
    const counts = new Set<number>()
    for (let cursor: number | null = 0; cursor !== null; ) {
      const page = await search(owner.id, { q: 'page', folder: 'root', cursor })
      names.push(...page.items.map(({ name }) => name))
      counts.add(page.found)
      cursor = page.nextCursor === null ? null : Number(page.nextCursor)
    }
    expect([names.length, new Set(names).size, [...counts]]).toEqual([60, 60, [60]])
  })

  it('never shows what belongs to somebody else, or lies in trash, also before a job has marked it', async () => {
    const stranger = await newPerson()
    await addFile(stranger.id, stranger.rootId, 'secret plan.txt')
    const folder = await makeFolder('Attic')
    const { id } = await db().entry.findUniqueOrThrow({ where: { publicId: folder } })
    await addFile(person.id, id, 'secret diary.txt')
    expect(await found('secret')).toEqual(['secret diary.txt'])
    await db().entry.update({ where: { id }, data: { trashId: id, trashedAt: new Date() } })
    expect(await found('secret')).toEqual([])
  })

  it('reads the list of one piece and not all that a person has', async () => {
    const owner = await newPerson()
    await fill(
      owner,
      Array.from({ length: 3000 }, (_, n) => (n === 1500 ? '潮位表.txt' : `photo ${n}.jpg`)),
    )
    const plan = await db().$queryRaw<Record<string, string>[]>`
      EXPLAIN SELECT id FROM entry e
      WHERE entry_search_keys(e.owner_id, e.grams, e.id, e.category, e.size, e.modified_at)
        @> search_keys(${owner.id}, ${['潮位']}) AND e.owner_id = ${owner.id}
        AND e.trash_id IS NULL AND e.parent_id IS NOT NULL`
    expect(JSON.stringify(plan)).toContain('Bitmap Index Scan on entry_search')
    expect(await found('潮位', owner)).toEqual(['潮位表.txt'])
  })

  it('shows the newest of a word that thousands have, and beginnings however old they are', async () => {
    const owner = await newPerson()
    const names = Array.from({ length: 6000 }, (_, n) => (n === 5 ? 'tide 5' : `a tide ${n}`))
    await fill(owner, names)
    const first = await search(owner.id, { q: 'tide', folder: 'root' })
    expect(first.items[0]?.name).toBe('tide 5')
    const numbers = first.items.slice(1).map(({ name }) => Number(name.slice('a tide '.length)))
    expect(Math.min(...numbers)).toBeGreaterThan(names.length - 1000)
    expect(first).toMatchObject({ more: true })
  })

  it('brings each entry on one page only, also where it begins to look further', async () => {
    const owner = await newPerson()
    await fill(
      owner,
      Array.from({ length: 700 }, (_, n) => (n % 7 === 0 ? `gauge ${n}` : `a gauge ${n}`)),
    )
    const seen: string[] = []
    for (let cursor: number | null = 0; cursor !== null; ) {
      const page = await search(owner.id, { q: 'gauge', folder: 'root', cursor })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor === null ? null : Number(page.nextCursor)
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(500)
  })

  it('finds by kind, size and month exactly what a look at each entry finds', async () => {
    const owner = await newPerson()
    const sizes = [0, 9, 10, 999, 1000, 1001, 999_999, 1_000_000, 1_000_001, 50_000_000]
    const days = ['1985-06-01', '1999-12-31', '2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01', '2055-01-01']
    for (const [n, size] of sizes.entries()) {
      const modifiedAt = new Date(`${days[n % days.length]}T12:00:00Z`)
      await addFile(owner.id, owner.rootId, `trait ${n}`, { size, modifiedAt })
    }
    const all = await db().entry.findMany({ where: { ownerId: owner.id, kind: 1 } })
    const expected = (fits: (size: number, day: string) => boolean) =>
      all.filter((e) => fits(Number(e.size), e.modifiedAt.toISOString().slice(0, 10))).map(({ name }) => name)
    const sorted = async (q: string) => (await found(`trait ${q}`, owner)).sort()
    expect(await sorted('>1kB')).toEqual(expected((size) => size >= 1000).sort())
    expect(await sorted('<999')).toEqual(expected((size) => size <= 999).sort())
    expect(await sorted('after:2026-03')).toEqual(expected((_, day) => day >= '2026-03-01').sort())
    expect(await sorted('before:2026-03')).toEqual(expected((_, day) => day < '2026-03-01').sort())
    expect(await sorted('before:1990')).toEqual(expected((_, day) => day < '1990').sort())
    expect(await sorted('after:2050')).toEqual(expected((_, day) => day >= '2050').sort())
    expect(await sorted('>1kB before:2026-04 type:document')).toEqual(
      expected((size, day) => size >= 1000 && day < '2026-04-01').sort(),
    )
    expect((await found('>1kB before:2026-04', owner)).sort()).toEqual(
      expected((size, day) => size >= 1000 && day < '2026-04-01').sort(),
    )
  })

  it('finds sizes by their first digits exactly as a look at each entry does, up to what no disk holds', async () => {
    const owner = await newPerson()
    const sizes = [0, 1, 9, 10, 48, 49, 50, 99, 100, 489, 490, 491, 4_999, 5_000, 48_999_999, 49_000_000, 10 ** 15]
    for (const size of sizes) await addFile(owner.id, owner.rootId, `of ${size}`, { size })
    const bounds = [0, 5, 9, 10, 49, 50, 99, 100, 490, 999, 5000, 49e6, 1e9, 1e15]
    const of = (fits: (size: number) => boolean) =>
      sizes
        .filter(fits)
        .map((size) => `of ${size}`)
        .sort()
    for (const bound of bounds) {
      expect([bound, (await found(`of >${bound}`, owner)).sort()]).toEqual([bound, of((size) => size >= bound)])
      expect([bound, (await found(`of <${bound}`, owner)).sort()]).toEqual([bound, of((size) => size <= bound)])
      const both = `>${bound} <${bound * 2} after:2020`
      expect([both, (await found(both, owner)).sort()]).toEqual([
        both,
        of((size) => size >= bound && size <= bound * 2),
      ])
    }
    expect(await found('>999999999999999T', owner)).toEqual([])
    expect(await found('of <999999999999999T', owner)).toHaveLength(sizes.length)
  })
})

it('names from before there was a search are found after the worker went over them', async () => {
  const file = await addFile(person.id, person.rootId, '旧档案.txt')
  await db().$executeRaw`UPDATE entry SET grams = ARRAY[]::text[] WHERE id = ${file.id}`
  expect(await found('档案')).toEqual([])
  expect(await fillGrams()).toBe(1)
  expect(await fillGrams()).toBe(0)
  expect(await found('档案')).toEqual(['旧档案.txt'])
})

it('a renamed entry is found by its new name only', async () => {
  const file = await addFile(person.id, person.rootId, 'before.txt')
  await browser.patch(`/api/drive/entries/${file.publicId}`, { name: '改名之后.txt' })
  expect(await found('gmzh')).toEqual(['改名之后.txt'])
  expect(await found('before.txt')).toEqual([])
})

describe('the counts of categories', () => {
  it('equal a recount after trashing and restoring a tree, and after deleting', async () => {
    const folder = await makeFolder('Counted')
    const { id } = await db().entry.findUniqueOrThrow({ where: { publicId: folder } })
    for (let n = 0; n < 5; n += 1) await addFile(person.id, id, `counted ${n}.txt`, { size: 10 + n })
    const before = await kept(person.id)
    expect(before).toEqual(await recounted(person.id))
    await drive.post('trash', { ids: [folder] })
    expect(await kept(person.id)).toEqual(await recounted(person.id))
    expect(await kept(person.id)).not.toEqual(before)
    await drive.post('restore', { ids: [folder] })
    expect(await kept(person.id)).toEqual(before)
    await db().entry.deleteMany({ where: { parentId: id } })
    expect(await kept(person.id)).toEqual(await recounted(person.id))
  })

  it('follow a file into another category', async () => {
    const owner = await newPerson()
    const file = await addFile(owner.id, owner.rootId, 'a.bin', { size: 7 })
    await db().entry.update({ where: { id: file.id }, data: { category: 'video', size: 9n } })
    expect(await kept(owner.id)).toEqual([{ category: 'video', files: 1, bytes: 9 }])
  })

  it('equal a recount after many changes at once, and none of them waits for another for ever', async () => {
    const owner = await newPerson()
    const files = await Promise.all(
      Array.from({ length: 8 }, (_, n) => addFile(owner.id, owner.rootId, `start ${n}.txt`, { size: n })),
    )
    const change = (n: number) =>
      inTransaction(async (tx) => {
        // Two categories, in one order or the other.
        const categories = n % 2 === 0 ? ['image', 'video'] : ['video', 'image']
        for (const category of categories) {
          await tx.entry.update({ where: { id: files[n]!.id }, data: { category } })
        }
      })
    const add = (n: number) => addFile(owner.id, owner.rootId, `more ${n}.txt`, { size: 100 })
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [change(n), add(n)]))
    expect(await kept(owner.id)).toEqual(await recounted(owner.id))
  })
})

describe('favourites and tags', () => {
  it('are shown in listings, and gathered in places of their own', async () => {
    const file = await addFile(person.id, person.rootId, 'starred.txt')
    const tag = (await browser.post('/api/labels/tags', { name: '  Field   work ', colour: 'blue' })).body
    expect(tag).toMatchObject({ name: 'Field work', colour: 'blue' })
    const ids = [file.publicId]
    expect((await browser.post('/api/labels/favourites', { ids, on: true })).body).toEqual({ changed: ids })
    expect((await browser.post('/api/labels/favourites', { ids, on: true })).body).toEqual({ changed: [] })
    const marked = await browser.post('/api/labels/entries', { ids, add: [tag.id] })
    expect(marked.body).toEqual({ added: [{ tagId: tag.id, entryId: file.publicId }], removed: [] })
    for (const place of ['~favourites', `~tag.${tag.id}`]) {
      const { body } = await browser.get(`/api/drive/entries?folder=${place}`)
      expect(body).toMatchObject({
        total: 1,
        items: [{ name: 'starred.txt', favourite: true, tags: [{ name: 'Field work' }], where: [] }],
      })
    }
    expect(await found('starred tag:"field work"')).toEqual(['starred.txt'])
    await drive.post('trash', { ids })
    expect((await browser.get('/api/drive/entries?folder=~favourites')).body.total).toBe(0)
    const { tags } = (await browser.get('/api/labels')).body
    expect(tags).toContainEqual({ ...tag, entries: 0 })
  })

  it('merge: everything with one tag has the other', async () => {
    const [a, b] = await Promise.all(['One', 'Two'].map((n) => addFile(person.id, person.rootId, `merge ${n}`)))
    const make = async (name: string) => (await browser.post('/api/labels/tags', { name, colour: 'red' })).body.id
    const [from, into] = [await make('Old word'), await make('New word')]
    await browser.post('/api/labels/entries', { ids: [a!.publicId, b!.publicId], add: [from] })
    await browser.post('/api/labels/entries', { ids: [a!.publicId], add: [into] })
    expect((await browser.post(`/api/labels/tags/${from}/merge`, { intoId: into })).status).toBe(204)
    expect((await browser.get(`/api/drive/entries?folder=~tag.${into}`)).body.total).toBe(2)
    expect((await browser.get(`/api/drive/entries?folder=~tag.${from}`)).status).toBe(404)
  })

  it('refuse names that are taken, empty, or too long, in words', async () => {
    await browser.post('/api/labels/tags', { name: 'Taken', colour: 'red' })
    const names = ['tAKEN', '   ', 'x'.repeat(41)]
    const answers = await Promise.all(names.map((name) => browser.post('/api/labels/tags', { name, colour: 'red' })))
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'name_taken'],
      [400, 'name_invalid'],
      [400, 'name_invalid'],
    ])
  })

  it("do not reach other people's entries and tags: they are not there", async () => {
    const { browser: other, person: stranger } = await signedInBrowser(server.url)
    const file = await addFile(stranger.id, stranger.rootId, 'theirs.txt')
    const tag = (await other.post('/api/labels/tags', { name: 'Theirs', colour: 'red' })).body.id
    const mine = await addFile(person.id, person.rootId, 'mine.txt')
    const answers = await Promise.all([
      browser.post('/api/labels/favourites', { ids: [file.publicId], on: true }),
      browser.post('/api/labels/entries', { ids: [mine.publicId], add: [tag] }),
      browser.patch(`/api/labels/tags/${tag}`, { name: 'Mine' }),
      browser.delete(`/api/labels/tags/${tag}`),
      browser.post(`/api/labels/tags/${tag}/merge`, { intoId: tag }),
      browser.get(`/api/drive/entries?folder=~tag.${tag}`),
      browser.post('/api/labels/opened', { id: file.publicId }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404, 404])
    await expect(setFavourite(person.id, [file.publicId, mine.publicId], true)).rejects.toThrow()
    expect(await db().favourite.count({ where: { entryId: mine.id } })).toBe(0)
  })
})

it('recent has what was opened last before what was added last, each once', async () => {
  const owner = await signedInBrowser(server.url)
  const names = ['first.txt', 'second.txt', 'third.txt']
  const ids: string[] = []
  for (const name of names) ids.push((await addFile(owner.person.id, owner.person.rootId, name)).publicId)
  await owner.browser.post('/api/labels/opened', { id: ids[0] })
  const { items, total } = (await owner.browser.get('/api/drive/entries?folder=~recent')).body
  expect(items.map(({ name }: { name: string }) => name)).toEqual(['first.txt', 'third.txt', 'second.txt'])
  expect(total).toBe(3)
})

it('everything of recent is chosen at once, but for exceptions', async () => {
  const owner = await signedInBrowser(server.url)
  const files = await Promise.all(
    ['kept.txt', 'gone.txt', 'also gone.txt'].map((name) => addFile(owner.person.id, owner.person.rootId, name)),
  )
  await owner.browser.post('/api/labels/opened', { id: files[1]?.publicId })
  const all = { folder: '~recent', except: [files[0]?.publicId] }
  expect((await owner.browser.post('/api/drive/trash', { all })).body.job.total).toBe(2)
  const { items } = (await owner.browser.get('/api/drive/entries?folder=~recent')).body
  expect(items.map(({ name }: { name: string }) => name)).toEqual(['kept.txt'])
})

it('an entry says that a link leads to it, until the link ends', async () => {
  const owner = await signedInBrowser(server.url)
  const file = await addFile(owner.person.id, owner.person.rootId, 'shared.txt')
  const bytes = Buffer.alloc(32, 7)
  const share = await db().share.create({
    data: { publicId: 'marked', tokenHash: bytes, tokenSealed: bytes, ownerId: owner.person.id, title: 'shared.txt' },
  })
  await db().shareItem.create({ data: { shareId: share.id, entryId: file.id, position: 0 } })
  const mark = async () => (await owner.browser.get('/api/drive/entries')).body.items[0].shared
  expect(await mark()).toBe(true)
  await db().share.update({ where: { id: share.id }, data: { expiresAt: new Date(Date.now() - 1000) } })
  expect(await mark()).toBeUndefined()
  await db().share.update({ where: { id: share.id }, data: { expiresAt: null, revokedAt: new Date() } })
  expect(await mark()).toBeUndefined()
})

it('a category is listed in every order, page after page', async () => {
  const owner = await signedInBrowser(server.url)
  for (let n = 0; n < 120; n += 1) {
    await addFile(owner.person.id, owner.person.rootId, `doc ${n}.txt`, { size: n % 7, modifiedAt: new Date(n * 1000) })
  }
  for (const sort of ['name', 'size', 'modified']) {
    for (const dir of ['asc', 'desc']) {
      const url = `/api/drive/entries?folder=~category.document&sort=${sort}&dir=${dir}`
      const first = (await owner.browser.get(url)).body
      const second = (await owner.browser.get(`${url}&cursor=${first.nextCursor}`)).body
      const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id)
      expect([first.total, new Set(ids).size, second.nextCursor], `${sort} ${dir}`).toEqual([120, 120, null])
    }
  }
})

describe('types of files in a category', () => {
  const types = async (who: Browser) => (await who.get('/api/labels')).body.types

  it('come from the bytes, and from the name where these only tell a container or text', async () => {
    const owner = await signedInBrowser(server.url)
    const add = (name: string, contentType: string) =>
      addFile(owner.person.id, owner.person.rootId, name, { contentType, size: 10 })
    await add('scan.txt', 'application/pdf')
    await add('plan.PDF', 'application/pdf')
    await add('plan.docx', 'application/zip')
    await add('notes.md', 'text/plain')
    await add('drawing', 'image/svg+xml')
    await add('nothing tells', 'application/octet-stream')
    expect(await types(owner.browser)).toEqual([
      { category: 'document', type: 'pdf', files: 2, bytes: 20 },
      { category: 'document', type: 'docx', files: 1, bytes: 10 },
      { category: 'document', type: 'md', files: 1, bytes: 10 },
      { category: 'document', type: 'svg', files: 1, bytes: 10 },
    ])
    const { body } = await owner.browser.get('/api/drive/entries?folder=~category.document.pdf')
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['plan.PDF', 'scan.txt'])
    expect([body.total, body.totalBytes]).toEqual([2, 20])
  })

  it('follow renaming, trash and deletion, and everything of one can be chosen at once', async () => {
    const owner = await signedInBrowser(server.url)
    const mine = driveOf(owner.browser, owner.person)
    const note = await addFile(owner.person.id, owner.person.rootId, 'note.md')
    for (const name of ['a.csv', 'b.csv']) await addFile(owner.person.id, owner.person.rootId, name)
    await owner.browser.patch(`/api/drive/entries/${note.publicId}`, { name: 'note.txt' })
    const counted = async () =>
      Object.fromEntries(
        (await types(owner.browser)).map((one: { type: string; files: number }) => [one.type, one.files]),
      )
    expect(await counted()).toEqual({ csv: 2, txt: 1 })
    const { body } = await mine.post('trash', { all: { folder: '~category.document.csv' } })
    expect(body.job).toMatchObject({ state: 'done', total: 2 })
    expect(await counted()).toEqual({ txt: 1 })
    await db().entry.delete({ where: { id: note.id } })
    expect(await counted()).toEqual({})
  })
})
