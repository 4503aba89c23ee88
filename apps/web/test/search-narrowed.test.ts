import { describe, expect, it } from 'vitest'
import { changeMarks, createTag, marksOf } from '../src/features/labels/commands.ts'
import { search } from '../src/features/search/search.ts'
import { foundByIndex } from '../src/features/search/search-index.ts'
import { Prisma } from '../src/generated/prisma/client.ts'
import { db } from '../src/lib/db.ts'
import { nameKeys } from '../src/lib/entries/name-keys.ts'
import { processWide } from '../src/lib/process-wide.ts'
import { newPublicId } from '../src/lib/public-id.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, newPerson, type Person } from './support/people.ts'

await freshDatabase()

/** Folders with these names in a folder, each changed ten minutes after the one before. */
async function fill(owner: Person, names: readonly string[], parentId = owner.rootId): Promise<void> {
  const keys = JSON.stringify(names.map((name) => ({ name, ...nameKeys(name) })))
  await db().$executeRaw`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, modified_at)
    SELECT ${newPublicId()} || row_number() OVER (), ${owner.id}, ${parentId}, 0, name, "sortKey", grams,
      timestamptz '2026-01-01' + row_number() OVER () * interval '10 minutes'
    FROM jsonb_to_recordset(${keys}::jsonb) AS r(name text, "sortKey" text, grams text[])`
}

/** Lets PostgreSQL and the search know how frequent pieces of names are. */
async function analyse(): Promise<void> {
  await db().$executeRaw`ANALYZE entry`
  processWide('search.keys', () => ({ at: 0 })).at = 0
}

async function found(owner: Person, q: string, folder = 'root'): Promise<string[]> {
  return (await search(owner.id, { q, folder })).items.map(({ name }) => name)
}

const numbered = (count: number, name: string) => Array.from({ length: count }, (_, n) => `${name} ${n}`)

it('what somebody with little has is found by the index, and not by going over all of it', async () => {
  const [crowd, owner] = [await newPerson(), await newPerson()]
  await fill(crowd, numbered(1200, 'somebody else’s'))
  await fill(owner, numbered(150, 'mine'))
  await analyse()
  const sought = { ownerId: owner.id, grams: ['潮位'], lookedUp: ['潮位'], filters: Prisma.empty, share: 1 }
  const eras = { trait: 'era' as const, numbers: Array.from({ length: 64 }, (_, n) => n) }
  const plan = await db().$queryRaw<Record<string, string>[]>`
    EXPLAIN ${foundByIndex({ ...sought, traits: [eras] })} SELECT id FROM found`
  expect(JSON.stringify(plan)).toContain('Bitmap Index Scan on entry_search')
})

describe('a search among favourites', () => {
  it('finds what has a star by words, types and tags, and nothing without one, in trash or of somebody else', async () => {
    const [owner, stranger] = [await newPerson(), await newPerson()]
    const star = async (who: Person, id: bigint) =>
      await db().favourite.create({ data: { entryId: id, ownerId: who.id } })
    for (const who of [owner, stranger]) {
      const [plan, tides] = [
        await addFile(who.id, who.rootId, 'plan.txt'),
        await addFile(who.id, who.rootId, '潮位.txt'),
      ]
      const gone = await addFile(who.id, who.rootId, 'plan in trash.txt')
      await addFile(who.id, who.rootId, 'plan without a star.txt')
      for (const { id } of [plan, tides, gone]) await star(who, id)
      await db().$executeRaw`UPDATE entry SET trash_id = id, trashed_at = now() WHERE id = ${gone.id}`
      if (who === owner) {
        const tag = await createTag(who.id, 'Starred', 'red')
        await changeMarks(who.id, { add: marksOf([tag.id], [tides.publicId]), remove: [] })
      }
    }
    expect((await found(owner, 'is:favourite')).sort()).toEqual(['plan.txt', '潮位.txt'])
    expect(await found(owner, 'plan is:favourite')).toEqual(['plan.txt'])
    expect(await found(owner, 'is:favourite tag:starred')).toEqual(['潮位.txt'])
    expect(await found(owner, 'is:favourite type:folder')).toEqual([])
    expect(await found(owner, 'plan is:favourite in:here')).toEqual(['plan.txt'])
  })
})

describe('a search by tags', () => {
  it('finds what carries all of them, whether the words or the tags are rare', async () => {
    const owner = await newPerson()
    await fill(owner, [...numbered(400, 'gauge'), '潮位 gauge', '潮位 other'])
    await analyse()
    const rows = await db().entry.findMany({ where: { ownerId: owner.id, kind: 0, parentId: owner.rootId } })
    const idOf = (name: string) => rows.find((row) => row.name === name)!.publicId
    const tides = await createTag(owner.id, 'Tides', 'blue')
    const old = await createTag(owner.id, 'Old ones', 'grey')
    const ids = rows.map(({ publicId }) => publicId)
    const marks = [...marksOf([tides.id], ids), ...marksOf([old.id], ['gauge 3', 'gauge 4', '潮位 other'].map(idOf))]
    await changeMarks(owner.id, { add: marks, remove: [] })
    expect((await found(owner, 'gauge tag:"old ones"')).sort()).toEqual(['gauge 3', 'gauge 4'])
    expect((await found(owner, '潮位 tag:tides')).sort()).toEqual(['潮位 gauge', '潮位 other'])
    expect(await found(owner, '潮位 tag:tides tag:"OLD ONES"')).toEqual(['潮位 other'])
    expect((await found(owner, 'tag:"old ones"')).sort()).toEqual(['gauge 3', 'gauge 4', '潮位 other'])
    expect((await found(owner, 'gauge tag:tides'))[0]).toBe('gauge 399')
    expect(await found(owner, 'gauge tag:tides tag:nothing')).toEqual([])
  })

  it('shows nothing of what somebody else has tagged, or what lies in trash', async () => {
    const [owner, stranger] = [await newPerson(), await newPerson()]
    for (const who of [owner, stranger]) {
      const kept = await addFile(who.id, who.rootId, 'plan.txt')
      const gone = await addFile(who.id, who.rootId, 'plan in trash.txt')
      const tag = await createTag(who.id, 'Work', 'red')
      await changeMarks(who.id, { add: marksOf([tag.id], [kept.publicId, gone.publicId]), remove: [] })
      await db().$executeRaw`UPDATE entry SET trash_id = id, trashed_at = now() WHERE id = ${gone.id}`
    }
    expect(await found(owner, 'plan tag:work')).toEqual(['plan.txt'])
    expect(await found(owner, 'tag:work')).toEqual(['plan.txt'])
  })
})

describe('a search in a folder', () => {
  it('finds all of a small one however old, and the newest of a large one', async () => {
    const owner = await newPerson()
    await fill(owner, ['Small', 'Large'])
    const folders = await db().entry.findMany({ where: { parentId: owner.rootId }, orderBy: { id: 'asc' } })
    const [small, large] = folders
    await fill(owner, ['a tide table'], small!.id)
    await fill(owner, numbered(900, 'a tide table'), large!.id)
    await analyse()
    expect(await found(owner, 'tide in:here', small!.publicId)).toEqual(['a tide table'])
    expect(await found(owner, 'in:here', small!.publicId)).toEqual(['a tide table'])
    const newest = await found(owner, 'tide in:here', large!.publicId)
    expect(newest).toHaveLength(20)
    expect(newest).toContain('a tide table 899')
    expect(await found(owner, 'tide in:here')).toContain('a tide table 899')
  })
})

it('folders alone are the newest ones, and those between two days', async () => {
  const owner = await newPerson()
  await fill(owner, numbered(600, 'folder'))
  await addFile(owner.id, owner.rootId, 'a file.txt')
  await analyse()
  expect((await found(owner, 'type:folder')).slice(0, 2)).toEqual(['folder 599', 'folder 598'])
  expect((await found(owner, 'type:folder before:2026-01-02'))[0]).toBe('folder 142')
  expect(await found(owner, 'type:folder >1MB')).toEqual([])
})
