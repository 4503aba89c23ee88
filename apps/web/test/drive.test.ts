import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { addFile, signedInBrowser } from './support/people.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { server, browser, person, drive } = await signedInDrive()

async function makeFolder(name: string, parentId = 'root'): Promise<string> {
  const answer = await browser.post('/api/drive/folders', { parentId, name })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body.id
}

async function names(folder: string, query = ''): Promise<string[]> {
  const { body } = await browser.get(`/api/drive/entries?folder=${folder}${query}`)
  return body.items.map((item: { name: string }) => item.name)
}

async function internalId(publicId: string): Promise<bigint> {
  return (await db().entry.findUniqueOrThrow({ where: { publicId } })).id
}

describe('folders', () => {
  it('are made, listed with their path and their number of entries', async () => {
    const photos = await makeFolder('Photos')
    const year = await makeFolder('2026', photos)
    await addFile(person.id, await internalId(year), 'a.txt', { size: 5 })
    const { body } = await browser.get(`/api/drive/entries?folder=${year}`)
    expect(body.folder.path).toEqual([
      { id: photos, name: 'Photos' },
      { id: year, name: '2026' },
    ])
    expect(body).toMatchObject({ total: 1, totalBytes: 5, nextCursor: null, items: [{ name: 'a.txt', copies: 2 }] })
    expect((await browser.get(`/api/drive/entries?folder=${photos}`)).body.items).toMatchObject([
      { id: year, kind: 'folder', name: '2026', items: 1, size: 0, category: null, copies: null },
    ])
  })

  it('refuse a name that is taken, also when two come at once, and take it in another case', async () => {
    const inside = await makeFolder('Names')
    const both = await Promise.all(
      [1, 2].map(() => browser.post('/api/drive/folders', { parentId: inside, name: 'twice' })),
    )
    expect(both.map((answer) => answer.status).toSorted()).toEqual([201, 409])
    expect(both.find((answer) => answer.status === 409)?.body).toMatchObject({ code: 'name_taken', field: 'name' })
    expect(await names(inside)).toEqual(['twice'])
    await makeFolder('Twice', inside)
    expect(await names(inside)).toHaveLength(2)
  })

  it('refuse bad names with a sentence', async () => {
    const slash = await browser.post('/api/drive/folders', { parentId: 'root', name: 'a/b' })
    expect(slash).toMatchObject({ status: 400, body: { code: 'name_invalid', message: 'A name cannot contain “/”.' } })
    const long = await browser.post('/api/drive/folders', { parentId: 'root', name: 'x'.repeat(300) })
    expect(long).toMatchObject({ status: 400, body: { code: 'name_too_long', values: { bytesOver: 45 } } })
  })

  it('can be 64 deep and not deeper', async () => {
    let parent = await makeFolder('Deep')
    for (let depth = 2; depth <= 64; depth += 1) parent = await makeFolder(`${depth}`, parent)
    expect(await browser.post('/api/drive/folders', { parentId: parent, name: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'too_deep' },
    })
  })

  it('of another person are not found, in any command', async () => {
    const mine = await makeFolder('Mine')
    const { browser: stranger } = await signedInBrowser(server.url)
    const attempts = await Promise.all([
      stranger.get(`/api/drive/entries?folder=${mine}`),
      stranger.get(`/api/drive/tree?folder=${mine}`),
      stranger.post('/api/drive/folders', { parentId: mine, name: 'x' }),
      stranger.patch(`/api/drive/entries/${mine}`, { name: 'x' }),
      stranger.post('/api/drive/move', { ids: [mine], targetId: 'root' }),
      stranger.post('/api/drive/trash', { ids: [mine] }),
      stranger.post('/api/drive/restore', { ids: [mine] }),
    ])
    expect(attempts.map((answer) => answer.status)).toEqual(attempts.map(() => 404))
    expect(new Set(attempts.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
  })

  it('tell in the tree which of them have folders below', async () => {
    const top = await makeFolder('Tree')
    const full = await makeFolder('b full', top)
    await makeFolder('below', full)
    const flat = await makeFolder('a flat', top)
    await addFile(person.id, await internalId(flat), 'only a file')
    expect((await browser.get(`/api/drive/tree?folder=${top}`)).body.folders).toEqual([
      { id: flat, name: 'a flat', hasChildren: false },
      { id: full, name: 'b full', hasChildren: true },
    ])
  })
})

describe('a listing', () => {
  let folder: string

  beforeAll(async () => {
    folder = await makeFolder('Many')
    const id = await internalId(folder)
    for (const name of ['b folder', 'a folder', '文件夹']) await makeFolder(name, folder)
    for (let i = 1; i <= 250; i += 1) {
      // Every fourth size and time is the same, so that pages also break between equal keys.
      const modifiedAt = new Date(1_700_000_000_000 + Math.floor(i / 4) * 1000)
      await addFile(person.id, id, `file ${i}`, { size: Math.floor(i / 4) + 1, modifiedAt })
    }
  })

  interface Item {
    name: string
    size: number
    modifiedAt: string
  }

  async function allPages(query: string): Promise<Item[]> {
    const items: Item[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await browser.get(
        `/api/drive/entries?folder=${folder}${query}&cursor=${cursor}`.replace(/&cursor=$/, ''),
      )
      expect(body.items.length).toBeLessThanOrEqual(100)
      items.push(...body.items)
      cursor = body.nextCursor
    }
    return items
  }

  it.each(['name', 'size', 'modified'])(
    'by %s has each entry once over all pages, folders first, both ways',
    async (sort) => {
      for (const dir of ['asc', 'desc']) {
        const items = await allPages(`&sort=${sort}&dir=${dir}`)
        expect(items).toHaveLength(253)
        expect(new Set(items.map((item) => item.name)).size).toBe(253)
        expect(items.slice(0, 3).every((item) => !item.name.startsWith('file'))).toBe(true)
        const files = items.slice(3)
        const keys = files.map((item) => (sort === 'modified' ? Date.parse(item.modifiedAt) : item.size))
        if (sort === 'name') keys.splice(0, keys.length, ...files.map((item) => Number(item.name.slice(5))))
        expect(keys).toEqual(keys.toSorted((a, b) => (dir === 'asc' ? a - b : b - a)))
      }
    },
  )

  it('does not repeat or lose entries when some are added and removed between pages', async () => {
    const first = (await browser.get(`/api/drive/entries?folder=${folder}`)).body
    const removed = first.items[50]
    await drive.post('trash', { ids: [removed.id] })
    const second = (await browser.get(`/api/drive/entries?folder=${folder}&cursor=${first.nextCursor}`)).body
    expect(second.items[0].name).toBe('file 98')
    await drive.post('restore', { ids: [removed.id] })
  })

  it('refuses a cursor that is not one', async () => {
    const answer = await browser.get(`/api/drive/entries?folder=${folder}&cursor=abc`)
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request', field: 'cursor' } })
  })
})

describe('renaming', () => {
  it('changes the name, its place in the order, and the category of a container', async () => {
    const folder = await makeFolder('Rename')
    const file = await addFile(person.id, await internalId(folder), 'a.zip', { contentType: 'application/zip' })
    const renamed = await browser.patch(`/api/drive/entries/${file.publicId}`, { name: '报告.docx' })
    expect(renamed).toMatchObject({ status: 200, body: { name: '报告.docx', category: 'document' } })
    await makeFolder('zz', folder)
    expect(await names(folder)).toEqual(['zz', '报告.docx'])
  })

  it('to a taken name is refused and changes nothing', async () => {
    const folder = await makeFolder('Rename 2')
    const one = await makeFolder('one', folder)
    await makeFolder('two', folder)
    expect(await browser.patch(`/api/drive/entries/${one}`, { name: 'two' })).toMatchObject({
      status: 409,
      body: { code: 'name_taken', message: '“two” exists here already.' },
    })
    expect(await names(folder)).toEqual(['one', 'two'])
  })

  it('of the top folder is refused', async () => {
    const top = await db().entry.findUniqueOrThrow({ where: { id: person.rootId } })
    expect((await browser.patch(`/api/drive/entries/${top.publicId}`, { name: 'x' })).status).toBe(404)
    expect((await drive.post('trash', { ids: [top.publicId] })).status).toBe(404)
  })
})

describe('moving', () => {
  it('takes nothing while names are taken that nobody decided about', async () => {
    const [from, to] = [await makeFolder('From'), await makeFolder('To')]
    const fromId = await internalId(from)
    const [a, b] = [await addFile(person.id, fromId, 'a'), await addFile(person.id, fromId, 'b')]
    await addFile(person.id, await internalId(to), 'b')
    const ids = [a.publicId, b.publicId]
    expect(await drive.post('move', { ids, targetId: to })).toMatchObject({
      status: 409,
      body: { code: 'name_taken', values: { name: 'b' } },
    })
    expect(await names(from)).toEqual(['a', 'b'])
    expect((await drive.post('move', { ids: [a.publicId], targetId: to })).status).toBe(200)
    expect(await names(to)).toEqual(['a', 'b'])
  })

  it('of a folder into itself or below itself is refused', async () => {
    const outer = await makeFolder('Outer')
    const inner = await makeFolder('inner', outer)
    for (const targetId of [outer, inner]) {
      expect(await drive.post('move', { ids: [outer], targetId })).toMatchObject({
        status: 409,
        body: { code: 'move_into_self' },
      })
    }
  })

  it('of two folders into each other, at once, never makes a cycle', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await makeFolder(`A${round}`), await makeFolder(`B${round}`)]
      const answers = await Promise.all([
        drive.post('move', { ids: [a], targetId: b }),
        drive.post('move', { ids: [b], targetId: a }),
      ])
      expect(answers.filter(({ body }) => body.job?.state === 'done')).toHaveLength(1)
      for (const id of [a, b]) expect((await browser.get(`/api/drive/entries?folder=${id}`)).status).toBe(200)
    }
  })

  it('does not go deeper than 64 folders', async () => {
    let deep = await makeFolder('Deep 2')
    for (let depth = 2; depth <= 63; depth += 1) deep = await makeFolder('d', deep)
    const two = await makeFolder('Two')
    await makeFolder('below', two)
    expect(await drive.post('move', { ids: [two], targetId: deep })).toMatchObject({
      status: 409,
      body: { code: 'too_deep' },
    })
  })
})

describe('trash', () => {
  it('takes a tree away at once and gives it back as it was', async () => {
    const top = await makeFolder('Project')
    const sub = await makeFolder('sub', top)
    const file = await addFile(person.id, await internalId(sub), 'plan.txt')
    expect((await drive.post('trash', { ids: [top] })).body.job).toMatchObject({ state: 'done', done: 1 })
    expect(await names('root')).not.toContain('Project')
    for (const id of [top, sub]) expect((await browser.get(`/api/drive/entries?folder=${id}`)).status).toBe(404)
    const trashed = await db().entry.findUniqueOrThrow({ where: { id: file.id } })
    expect(trashed.trashId).toBe(await internalId(top))
    await drive.post('restore', { ids: [top] })
    expect(await names('root')).toContain('Project')
    expect(await names(sub)).toEqual(['plan.txt'])
    expect(await db().treeJob.count()).toBe(0)
  })

  it('gives the name free, and restoring then asks what to do', async () => {
    const first = await makeFolder('Same')
    await drive.post('trash', { ids: [first] })
    await makeFolder('Same')
    expect(await drive.post('restore', { ids: [first] })).toMatchObject({
      status: 409,
      body: { code: 'name_taken', extra: { clashes: [{ id: first, name: 'Same' }] } },
    })
    const conflict = { default: 'keep' }
    const { body } = await drive.post('restore', { ids: [first], conflict })
    expect(body.job).toMatchObject({ renamed: 1 })
    expect(await names('root')).toContain('Same (2)')
  })

  it('restores into the top folder when the old place is in trash', async () => {
    const outer = await makeFolder('Gone')
    const inner = await makeFolder('Rescued', outer)
    await drive.post('trash', { ids: [inner] })
    await drive.post('trash', { ids: [outer] })
    await drive.post('restore', { ids: [inner] })
    expect(await names('root')).toContain('Rescued')
  })

  it('keeps what was trashed before apart from what was trashed with its folder', async () => {
    const outer = await makeFolder('Outer trash')
    const before = await makeFolder('before', outer)
    await makeFolder('with', outer)
    await drive.post('trash', { ids: [before] })
    await drive.post('trash', { ids: [outer] })
    await drive.post('restore', { ids: [outer] })
    expect(await names(outer)).toEqual(['with'])
    expect((await drive.post('restore', { ids: [before] })).status).toBe(200)
    expect(await names(outer)).toEqual(['before', 'with'])
  })

  it('hides everything below a trashed folder before the job has marked it', async () => {
    const outer = await makeFolder('Unmarked')
    const inner = await makeFolder('inner', outer)
    const outerId = await internalId(outer)
    await db().entry.update({ where: { id: outerId }, data: { trashId: outerId, trashedAt: new Date() } })
    expect((await browser.get(`/api/drive/entries?folder=${inner}`)).status).toBe(404)
    expect((await browser.post('/api/drive/folders', { parentId: inner, name: 'x' })).status).toBe(404)
    expect((await browser.patch(`/api/drive/entries/${inner}`, { name: 'x' })).status).toBe(404)
  })
})
