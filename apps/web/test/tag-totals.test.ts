import { describe, expect, it } from 'vitest'
import { changeMarks, createTag, deleteTag, marksOf, mergeTag } from '../src/features/labels/commands.ts'
import { readLabels } from '../src/features/labels/queries.ts'
import { db } from '../src/lib/db.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, newPerson, type Person } from './support/people.ts'

await freshDatabase()

interface Total {
  tag_id: bigint
  entries: number
  bytes: number
}

async function kept(owner: Person): Promise<Total[]> {
  return await db().$queryRaw<Total[]>`
    SELECT s.tag_id, s.entries::int, s.bytes::int FROM tag_total s JOIN tag t ON t.id = s.tag_id
    WHERE t.owner_id = ${owner.id} AND (s.entries <> 0 OR s.bytes <> 0) ORDER BY 1`
}

async function recounted(owner: Person): Promise<Total[]> {
  return await db().$queryRaw<Total[]>`
    SELECT m.tag_id, count(*)::int AS entries, sum(e.size)::int AS bytes
    FROM entry_tag m JOIN tag t ON t.id = m.tag_id JOIN entry e ON e.id = m.entry_id AND e.trash_id IS NULL
    WHERE t.owner_id = ${owner.id} GROUP BY 1 ORDER BY 1`
}

/** A person with four files of 1, 2, 3 and 4 bytes, all of which carry one tag and the first two another. */
async function tagged() {
  const owner = await newPerson()
  const files: Awaited<ReturnType<typeof addFile>>[] = []
  for (const size of [1, 2, 3, 4]) files.push(await addFile(owner.id, owner.rootId, `file ${size}`, { size }))
  const ids = files.map(({ publicId }) => publicId)
  const all = await createTag(owner.id, 'All', 'red')
  const some = await createTag(owner.id, 'Some', 'blue')
  const marks = [...marksOf([all.id], ids), ...marksOf([some.id], ids.slice(0, 2))]
  await changeMarks(owner.id, { add: marks, remove: [] })
  return { owner, files, ids, all, some, marks }
}

const trash = (id: bigint) => db().$executeRaw`UPDATE entry SET trash_id = id, trashed_at = now() WHERE id = ${id}`
const restore = (id: bigint) => db().$executeRaw`UPDATE entry SET trash_id = NULL, trashed_at = NULL WHERE id = ${id}`

async function counts(owner: Person): Promise<Record<string, number>> {
  return Object.fromEntries((await readLabels(owner.id)).tags.map(({ name, entries }) => [name, entries]))
}

describe('the counts of tags', () => {
  it('follow tags that are put on, put on again, and taken off', async () => {
    const { owner, ids, some, marks } = await tagged()
    expect(await counts(owner)).toEqual({ All: 4, Some: 2 })
    await changeMarks(owner.id, { add: marks, remove: [] })
    expect(await counts(owner)).toEqual({ All: 4, Some: 2 })
    await changeMarks(owner.id, { add: [], remove: marksOf([some.id], ids) })
    expect(await counts(owner)).toEqual({ All: 4, Some: 0 })
    expect(await kept(owner)).toEqual(await recounted(owner))
  })

  it('leave out what lies in trash until it is restored, and forget what is deleted there', async () => {
    const { owner, files } = await tagged()
    const [first, second] = files.map(({ id }) => id)
    await trash(first!)
    await trash(second!)
    expect(await counts(owner)).toEqual({ All: 2, Some: 0 })
    await restore(first!)
    await db().entry.delete({ where: { id: second! } })
    expect(await counts(owner)).toEqual({ All: 3, Some: 1 })
    expect(await kept(owner)).toEqual(await recounted(owner))
  })

  it('follow what is deleted without trash, and what gets another size', async () => {
    const { owner, files } = await tagged()
    await db().entry.delete({ where: { id: files[0]!.id } })
    await db().entry.update({ where: { id: files[3]!.id }, data: { size: 40n } })
    const totals = (await kept(owner)).map(({ entries, bytes }) => ({ entries, bytes }))
    expect(totals).toEqual([
      { entries: 3, bytes: 45 },
      { entries: 1, bytes: 2 },
    ])
  })

  it('are one when two tags become one, and go with a tag', async () => {
    const { owner, files, all, some } = await tagged()
    await trash(files[0]!.id)
    await mergeTag(owner.id, all.id, some.id)
    expect(await counts(owner)).toEqual({ Some: 3 })
    await restore(files[0]!.id)
    expect(await kept(owner)).toEqual(await recounted(owner))
    await deleteTag(owner.id, some.id)
    expect(await db().tagTotal.count({ where: { tag: { ownerId: owner.id } } })).toBe(0)
  })

  it('equal a recount after files were trashed while they got and lost their tags', async () => {
    const { owner, files, ids, all, some } = await tagged()
    const [a, b, c, d] = files.map(({ id }) => id)
    for (let round = 0; round < 5; round += 1) {
      await Promise.allSettled([
        trash(a!),
        changeMarks(owner.id, { add: marksOf([some.id], ids.slice(1)), remove: [] }),
        changeMarks(owner.id, { add: [], remove: marksOf([all.id], ids.slice(2)) }),
        trash(d!),
      ])
      expect(await kept(owner)).toEqual(await recounted(owner))
      await Promise.allSettled([
        restore(a!),
        changeMarks(owner.id, { add: marksOf([all.id], ids.slice(1, 3)), remove: [] }),
        trash(b!),
        restore(d!),
        changeMarks(owner.id, { add: [], remove: marksOf([some.id], ids.slice(1, 3)) }),
      ])
      await Promise.all([b!, c!].map(restore))
      expect(await kept(owner)).toEqual(await recounted(owner))
    }
  })
})
