import { describe, expect, it } from 'vitest'
import { runJob } from '../src/features/drive/jobs/run-job.ts'
import { db } from '../src/lib/db.ts'
import { runJobs } from '../src/worker/jobs.ts'
import { type Folder, loseJob } from './support/drive.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { browser, drive } = await signedInDrive()

const starsIn = ({ row }: Folder) => db().favourite.count({ where: { entry: { parentId: row } } })
const carrying = (tag: string, { row }: Folder) =>
  db().entryTag.count({ where: { tag: { publicId: tag }, entry: { parentId: row } } })
const rowOf = async (id: string) => (await db().job.findUniqueOrThrow({ where: { publicId: id } })).id

async function makeTag(name: string): Promise<string> {
  return (await browser.post('/api/labels/tags', { name, colour: 'blue' })).body.id
}

describe('who carries which tag', () => {
  it('is counted of everything that is selected, loaded or not, without what is left out', async () => {
    const folder = await drive.makeFolder('T counted')
    await drive.fill(folder, 1200)
    const [all, some, none] = await Promise.all(['T all', 'T some', 'T none'].map(makeTag))
    await drive.post('tag', { all: { folder: folder.id }, add: [all], remove: [] })
    await runJobs()
    await browser.post('/api/labels/entries', { ids: [`${folder.id}1`, `${folder.id}2`], add: [some], remove: [] })
    const count = async (selector: object) => {
      const { body } = await browser.post('/api/labels/counts', selector)
      return [
        body.entries,
        ...[all, some, none].map((id) => body.tags.find((tag: { id: string }) => tag.id === id)?.entries),
      ]
    }
    expect(await count({ all: { folder: folder.id } })).toEqual([1200, 1200, 2, undefined])
    expect(await count({ all: { folder: folder.id, except: [`${folder.id}1`] } })).toEqual([1199, 1199, 1, undefined])
    expect(await count({ all: { folder: `~tag.${some}` } })).toEqual([2, 2, 2, undefined])
    expect(await count({ ids: [`${folder.id}3`] })).toEqual([1, 1, undefined, undefined])
  })
})

describe('a star for everything', () => {
  it('is a job; taking it back leaves the stars that were there before, and again is possible', async () => {
    const folder = await drive.makeFolder('S many')
    await drive.fill(folder, 1200)
    await browser.post('/api/labels/favourites', { ids: [`${folder.id}1`, `${folder.id}2`], on: true })
    const { body } = await drive.post('star', { all: { folder: folder.id, except: [`${folder.id}3`] }, on: true })
    expect(body.job).toMatchObject({ kind: 'star', state: 'queued', total: 1199, done: 0 })
    await runJobs()
    expect(await starsIn(folder)).toBe(1199)
    const ended = await db().job.findUniqueOrThrow({ where: { publicId: body.job.id } })
    expect(ended).toMatchObject({ state: 'done', done: 1199n, skipped: 2n })
    const undone = await drive.undo(body.job.id)
    await runJobs()
    expect(await starsIn(folder)).toBe(2)
    await drive.undo(undone.body.job.id)
    await runJobs()
    expect(await starsIn(folder)).toBe(1199)
  })

  it('cancelled after a batch keeps the stars of that batch, which can be taken back', async () => {
    const folder = await drive.makeFolder('S cancelled')
    await drive.fill(folder, 1500)
    const { body } = await drive.post('star', { all: { folder: folder.id }, on: true })
    expect(await runJob(await rowOf(body.job.id), 0)).toBe(false)
    const cancelled = await browser.post(`/api/drive/jobs/${body.job.id}/cancel`, {})
    expect(cancelled.body).toMatchObject({ state: 'cancelled', done: 1000, undoable: true })
    expect(await starsIn(folder)).toBe(1000)
    await drive.undo(body.job.id)
    await runJobs()
    expect(await starsIn(folder)).toBe(0)
  })

  it('is taken away from the place of favourites, and not from what is in trash', async () => {
    const folder = await drive.makeFolder('S favourites')
    await drive.fill(folder, 300)
    await drive.post('star', { all: { folder: folder.id }, on: true })
    await runJobs()
    await drive.post('trash', { ids: [`${folder.id}7`] })
    const { body } = await drive.post('star', { all: { folder: '~favourites' }, on: false })
    await runJobs()
    expect(await starsIn(folder)).toBe(1)
    await drive.undo(body.job.id)
    await runJobs()
    expect(await starsIn(folder)).toBe(300)
  })
})

describe('tags for everything', () => {
  it('are put on and taken off at once, and come back exactly as they were', async () => {
    const [folder, on, off] = [await drive.makeFolder('T many'), await makeTag('On'), await makeTag('Off')]
    await drive.fill(folder, 1200)
    const some = [`${folder.id}1`, `${folder.id}2`, `${folder.id}3`]
    await browser.post('/api/labels/entries', { ids: some, add: [off] })
    await browser.post('/api/labels/entries', { ids: some.slice(0, 1), add: [on] })
    const { body } = await drive.post('tag', { all: { folder: folder.id }, add: [on], remove: [off] })
    expect(body.job).toMatchObject({ kind: 'tag', state: 'queued', total: 1200 })
    await runJobs()
    expect([await carrying(on, folder), await carrying(off, folder)]).toEqual([1200, 0])
    const totals = await browser.get('/api/labels')
    expect(totals.body.tags.find(({ id }: { id: string }) => id === on)).toMatchObject({ entries: 1200 })
    const undone = await drive.undo(body.job.id)
    await runJobs()
    expect([await carrying(on, folder), await carrying(off, folder)]).toEqual([1, 3])
    await drive.undo(undone.body.job.id)
    await runJobs()
    expect([await carrying(on, folder), await carrying(off, folder)]).toEqual([1200, 0])
  })

  it('go on after a process died, and pass over a tag that was deleted meanwhile', async () => {
    const [folder, kept, gone] = [await drive.makeFolder('T lost'), await makeTag('Kept'), await makeTag('Gone')]
    await drive.fill(folder, 1300)
    const { body } = await drive.post('tag', { all: { folder: folder.id }, add: [kept, gone] })
    const id = await rowOf(body.job.id)
    expect(await runJob(id, 0)).toBe(false)
    expect(await carrying(gone, folder)).toBe(1000)
    await browser.delete(`/api/labels/tags/${gone}`)
    await loseJob(id)
    await runJobs()
    expect(await db().job.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: 'done',
      done: 1300n,
      skipped: 0n,
    })
    expect(await carrying(kept, folder)).toBe(1300)
    await drive.undo(body.job.id)
    await runJobs()
    expect(await carrying(kept, folder)).toBe(0)
  })

  it('leave out what has gone to trash meanwhile', async () => {
    const [folder, tag] = [await drive.makeFolder('T trashed'), await makeTag('Late')]
    await drive.fill(folder, 300)
    const { body } = await drive.post('tag', { all: { folder: folder.id }, add: [tag] })
    await drive.post('trash', { ids: [`${folder.id}5`] })
    await runJobs()
    expect(await carrying(tag, folder)).toBe(299)
    expect(await db().job.findUniqueOrThrow({ where: { publicId: body.job.id } })).toMatchObject({ skipped: 1n })
  })
})
