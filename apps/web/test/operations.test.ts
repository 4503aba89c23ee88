import { describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { countIn } from './support/drive.ts'
import { addFile } from './support/people.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { browser, person, drive } = await signedInDrive()

describe('copying', () => {
  it('makes a tree of new entries for the same content, and counts their bytes', async () => {
    const [tree, to] = [await drive.makeFolder('C tree'), await drive.makeFolder('C to')]
    const inner = await drive.makeFolder('inner', tree.id)
    await drive.fill(inner, 3)
    const before = await drive.used()
    const { body } = await drive.post('copy', { ids: [tree.id], targetId: to.id })
    expect(body.job).toMatchObject({ state: 'done', total: 5, done: 5 })
    const inside = async (id: string) => (await browser.get(`/api/drive/entries?folder=${id}`)).body.items[0]
    const copied = await inside((await inside(to.id)).id)
    expect(copied.id).not.toBe(inner.id)
    expect(await drive.names(copied.id)).toEqual(['f0', 'f1', 'f2'])
    const blobs = await db().entry.findMany({ where: { ownerId: person.id, name: 'f1' }, select: { blobId: true } })
    expect(new Set(blobs.slice(-2).map(({ blobId }) => blobId)).size).toBe(1)
    expect((await drive.used()) - before).toBe(3n)
  })

  it('beside the original takes a number, without asking', async () => {
    const folder = await drive.makeFolder('C beside')
    await drive.fill(folder, 2)
    expect((await drive.post('copy', { all: { folder: folder.id }, targetId: folder.id })).status).toBe(200)
    expect(await drive.names(folder.id)).toEqual(['f0', 'f0 (2)', 'f1', 'f1 (2)'])
  })

  it('of a folder into itself or below itself is refused', async () => {
    const outer = await drive.makeFolder('C outer')
    const inner = await drive.makeFolder('inner', outer.id)
    for (const targetId of [outer.id, inner.id]) {
      expect(await drive.post('copy', { ids: [outer.id], targetId })).toMatchObject({
        status: 409,
        body: { code: 'move_into_self' },
      })
    }
  })

  it('stops at the last byte of the quota: what fits exactly is copied, one byte more is refused whole', async () => {
    const [from, to] = [await drive.makeFolder('C quota'), await drive.makeFolder('C quota to')]
    await drive.fill(from, 4)
    await db().quota.update({ where: { userId: person.id }, data: { allowed: (await drive.used()) + 3n } })
    const tooMuch = await drive.post('copy', { all: { folder: from.id }, targetId: to.id })
    expect(tooMuch).toMatchObject({ status: 507, body: { code: 'quota_exceeded', values: { missingBytes: 1 } } })
    expect(await drive.names(to.id)).toEqual([])
    const fits = await drive.post('copy', { all: { folder: from.id, except: [`${from.id}1`] }, targetId: to.id })
    expect(fits).toMatchObject({ status: 200, body: { job: { bytes: 3 } } })
    await db().quota.update({ where: { userId: person.id }, data: { allowed: 1_000_000_000n } })
  })

  it('is taken back and made again', async () => {
    const [from, to] = [await drive.makeFolder('C undo'), await drive.makeFolder('C undo to')]
    await drive.fill(from, 2)
    const { body } = await drive.post('copy', { ids: [from.id], targetId: to.id })
    const undone = await drive.undo(body.job.id)
    expect(undone).toMatchObject({ status: 200, body: { job: { kind: 'trash', isUndo: true } } })
    expect(await countIn(to)).toBe(0)
    await drive.undo(undone.body.job.id)
    expect(await countIn(to)).toBe(1)
    expect((await drive.undo(body.job.id)).status).toBe(404)
  })
})

describe('taken names', () => {
  async function twoFolders(title: string) {
    const [from, to] = [await drive.makeFolder(`${title} from`), await drive.makeFolder(`${title} to`)]
    await drive.fill(from, 3)
    await addFile(person.id, to.row, 'f1', { size: 7 })
    return { from, to }
  }

  it('are listed, and nothing is moved before somebody decided', async () => {
    const { from, to } = await twoFolders('T list')
    const answer = await drive.post('move', { all: { folder: from.id }, targetId: to.id })
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: 'name_taken',
        values: { name: 'f1', count: 1 },
        extra: { clashes: [{ id: `${from.id}1`, name: 'f1', mine: { size: 1 }, theirs: { size: 7, kind: 'file' } }] },
      },
    })
    expect(await countIn(from)).toBe(3)
    expect(await db().job.count({ where: { ownerId: person.id, state: 'queued' } })).toBe(0)
  })

  it('get a number, stay behind, or send the old file to trash, as decided', async () => {
    for (const [decision, there, left] of [
      ['keep', ['f0', 'f1', 'f1 (2)', 'f2'], []],
      ['skip', ['f0', 'f1', 'f2'], ['f1']],
      ['replace', ['f0', 'f1', 'f2'], []],
    ] as const) {
      const { from, to } = await twoFolders(`T ${decision}`)
      const old = await db().entry.findFirstOrThrow({ where: { parentId: to.row, name: 'f1' } })
      const { body } = await drive.post('move', {
        all: { folder: from.id },
        targetId: to.id,
        conflict: { default: decision },
      })
      expect(await drive.names(to.id)).toEqual(there)
      expect(await drive.names(from.id)).toEqual(left)
      const { trashId } = await db().entry.findUniqueOrThrow({ where: { id: old.id } })
      expect(trashId).toBe(decision === 'replace' ? old.id : null)
      await drive.undo(body.job.id)
      expect(await drive.names(from.id)).toEqual(['f0', 'f1', 'f2'])
      expect(await drive.names(to.id)).toEqual(['f1'])
      expect((await db().entry.findFirstOrThrow({ where: { parentId: to.row, trashId: null } })).id).toBe(old.id)
    }
  })

  it('are decided one by one', async () => {
    const { from, to } = await twoFolders('T single')
    await addFile(person.id, to.row, 'f2')
    const decisions = { [`${from.id}1`]: 'skip' }
    const conflict = { default: 'keep', decisions }
    expect((await drive.post('move', { all: { folder: from.id }, targetId: to.id, conflict })).status).toBe(200)
    expect(await drive.names(to.id)).toEqual(['f0', 'f1', 'f2', 'f2 (2)'])
    expect(await drive.names(from.id)).toEqual(['f1'])
  })

  it('of folders: replacing merges them, and taking it back parts them again', async () => {
    const [from, to] = [await drive.makeFolder('T merge from'), await drive.makeFolder('T merge to')]
    const mine = await drive.makeFolder('Photos', from.id)
    const theirs = await drive.makeFolder('Photos', to.id)
    await addFile(person.id, mine.row, 'both')
    await addFile(person.id, mine.row, 'mine')
    await addFile(person.id, theirs.row, 'both')
    await addFile(person.id, theirs.row, 'theirs')
    const { body } = await drive.post('move', { ids: [mine.id], targetId: to.id, conflict: { default: 'replace' } })
    expect(await drive.names(to.id)).toEqual(['Photos'])
    expect(await drive.names(theirs.id)).toEqual(['both', 'mine', 'theirs'])
    expect(await drive.names(from.id)).toEqual([])
    expect((await drive.undo(body.job.id)).status).toBe(200)
    expect(await drive.names(mine.id)).toEqual(['both', 'mine'])
    expect(await drive.names(theirs.id)).toEqual(['both', 'theirs'])
  })

  it('wanted by two moves at once: both arrive, one under another name', async () => {
    const to = await drive.makeFolder('T race to')
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [await drive.makeFolder(`T race a${round}`), await drive.makeFolder(`T race b${round}`)]
      const files = [await addFile(person.id, a.row, `x${round}`), await addFile(person.id, b.row, `x${round}`)]
      const conflict = { default: 'keep' }
      const answers = await Promise.all(
        files.map(({ publicId }) => drive.post('move', { ids: [publicId], targetId: to.id, conflict })),
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
    }
    expect(await countIn(to)).toBe(10)
  })
})
