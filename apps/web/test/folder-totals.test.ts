import { describe, expect, it } from 'vitest'
import { measureTree } from '../src/features/shares/server/shared-entries.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { addFile, newPerson } from './support/people.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { person, drive } = await signedInDrive()

interface Total {
  folder: string
  entries: number
  bytes: number
}

async function kept(ownerId: string): Promise<Total[]> {
  return await db().$queryRaw<Total[]>`
    SELECT f.public_id AS folder, t.entries::int, t.bytes::int FROM folder_total t JOIN entry f ON f.id = t.folder_id
    WHERE f.owner_id = ${ownerId} AND (t.entries <> 0 OR t.bytes <> 0) ORDER BY f.public_id`
}

async function recounted(ownerId: string): Promise<Total[]> {
  return await db().$queryRaw<Total[]>`
    SELECT f.public_id AS folder, count(*)::int AS entries, sum(e.size)::int AS bytes
    FROM entry e JOIN entry f ON f.id = e.parent_id
    WHERE e.owner_id = ${ownerId} AND e.trash_id IS NULL GROUP BY f.public_id ORDER BY f.public_id`
}

describe('the totals of folders', () => {
  it('equal a recount after moving, copying, trashing, restoring and deleting', async () => {
    const [from, to] = [await drive.makeFolder('From'), await drive.makeFolder('To')]
    await drive.fill(from, 30)
    const inner = await drive.makeFolder('Inner', from.id)
    await drive.fill(inner, 5)
    const steps = [
      ['copy', { ids: [from.id], targetId: to.id }],
      ['move', { all: { folder: from.id, except: [] }, targetId: to.id, conflict: { default: 'keep' } }],
      ['trash', { ids: [to.id] }],
      ['restore', { ids: [to.id] }],
      ['delete', { ids: [to.id], fromDrive: true }],
    ] as const
    for (const [action, body] of steps) {
      const before = await kept(person.id)
      expect((await drive.post(action, body)).body.job, action).toMatchObject({ state: 'done' })
      const totals = await kept(person.id)
      expect(totals, action).toEqual(await recounted(person.id))
      expect(totals, action).not.toEqual(before)
    }
  })

  it('equal a recount after many changes at once, and none of them waits for another for ever', async () => {
    const owner = await newPerson()
    const folders = await Promise.all(
      ['a', 'b'].map((name) =>
        db().entry.create({
          data: {
            publicId: `${owner.id}-${name}`,
            ownerId: owner.id,
            parentId: owner.rootId,
            kind: 0,
            name,
            sortKey: name,
          },
        }),
      ),
    )
    const files = await Promise.all(
      Array.from({ length: 8 }, (_, n) => addFile(owner.id, owner.rootId, `start ${n}`, { size: n })),
    )
    const move = (n: number) =>
      inTransaction(async (tx) => {
        // Two folders, in one order or the other.
        for (const folder of n % 2 === 0 ? folders : folders.toReversed()) {
          await tx.entry.update({ where: { id: files[n]!.id }, data: { parentId: folder.id } })
        }
      })
    const add = (n: number) => addFile(owner.id, folders[n % 2]!.id, `more ${n}`, { size: 100 })
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [move(n), add(n)]))
    expect(await kept(owner.id)).toEqual(await recounted(owner.id))
    expect((await kept(owner.id)).reduce((sum, { entries }) => sum + entries, 0)).toBe(18)
  })
})

it('tell what a tree holds: its files and folders, and not what lies in trash', async () => {
  const top = await drive.makeFolder('Measured')
  const inner = await drive.makeFolder('Measured inside', top.id)
  for (const size of [10, 20]) await addFile(person.id, top.row, `measured ${size}`, { size })
  await addFile(person.id, inner.row, 'measured 5', { size: 5 })
  const gone = await addFile(person.id, inner.row, 'measured in trash', { size: 100 })
  await drive.post('trash', { ids: [gone.publicId] })
  const loose = await addFile(person.id, person.rootId, 'measured beside', { size: 7 })
  expect(await measureTree(db(), [top.row, loose.id])).toEqual({ files: 4, folders: 2, bytes: 42 })
  expect(await measureTree(db(), [loose.id, gone.id])).toEqual({ files: 1, folders: 0, bytes: 7 })
})
