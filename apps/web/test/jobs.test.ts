import { describe, expect, it } from 'vitest'
import { createJob } from '../src/features/drive/jobs/create-job.ts'
import { runJob } from '../src/features/drive/jobs/run-job.ts'
import { db } from '../src/lib/db.ts'
import { runJobs } from '../src/worker/jobs.ts'
import { countIn, loseJob } from './support/drive.ts'
import { addFile, signedInBrowser } from './support/people.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { server, browser, person, drive } = await signedInDrive()

/** As the list of jobs shows it; others, left to the worker on a busy machine, may stand there as well. */
async function shownJob(id: string): Promise<unknown> {
  const { body } = await browser.get('/api/drive/jobs')
  return body.jobs.find((job: { id: string }) => job.id === id)
}

describe('a predicate', () => {
  it('means everything in the folder but its exceptions, without an id of what is meant', async () => {
    const [from, to] = [await drive.makeFolder('P from'), await drive.makeFolder('P to')]
    await drive.fill(from, 5)
    const all = { folder: from.id, except: [`${from.id}1`, `${from.id}3`] }
    const { body } = await drive.post('move', { all, targetId: to.id })
    expect(body.job).toMatchObject({ kind: 'move', state: 'done', total: 3, done: 3, skipped: 0 })
    expect(await drive.names(to.id)).toEqual(['f0', 'f2', 'f4'])
    expect(await drive.names(from.id)).toEqual(['f1', 'f3'])
  })

  it('of a category only means files of that category, and of trash only what was trashed', async () => {
    const folder = await drive.makeFolder('P category')
    await drive.fill(folder, 2)
    const picture = await addFile(person.id, folder.row, 'picture')
    await db().entry.update({ where: { id: picture.id }, data: { category: 'image' } })
    const { body } = await drive.post('trash', { all: { folder: '~category.image' } })
    expect(body.job.total).toBe(1)
    expect((await drive.post('restore', { all: { folder: '~trash' } })).body.job).toMatchObject({
      total: 1,
      name: 'picture',
    })
    expect(await countIn(folder)).toBe(3)
  })

  it('of another person is not found, and neither are their jobs', async () => {
    const mine = await drive.makeFolder('P mine')
    await drive.fill(mine, 2)
    const { body } = await drive.post('trash', { ids: [`${mine.id}1`] })
    const { browser: stranger } = await signedInBrowser(server.url)
    const all = { folder: mine.id }
    const attempts = await Promise.all([
      stranger.post('/api/drive/move', { all, targetId: 'root' }),
      stranger.post('/api/drive/copy', { all, targetId: 'root' }),
      stranger.post('/api/drive/copy', { ids: [mine.id], targetId: 'root' }),
      stranger.post('/api/drive/trash', { all }),
      stranger.post('/api/drive/delete', { all, fromDrive: true }),
      stranger.post('/api/drive/delete', { ids: [`${mine.id}1`] }),
      stranger.post('/api/drive/restore', { ids: [`${mine.id}1`] }),
      stranger.post(`/api/drive/jobs/${body.job.id}/undo`, {}),
      stranger.post(`/api/drive/jobs/${body.job.id}/cancel`, {}),
    ])
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 404))
  })

  it('together with ids, or with neither, is not understood', async () => {
    expect((await drive.post('trash', {})).status).toBe(400)
    expect((await drive.post('trash', { ids: [] })).status).toBe(400)
    expect((await drive.post('trash', { all: { folder: 'root', everything: true } })).status).toBe(400)
    expect((await drive.post('move', { ids: ['x'] })).status).toBe(400)
  })
})

describe('a job of many', () => {
  it('answers at once, is done by the worker, and is shown until it was seen and cannot be taken back', async () => {
    const [from, to] = [await drive.makeFolder('M from'), await drive.makeFolder('M to')]
    await drive.fill(from, 1200)
    const { body } = await drive.post('move', { all: { folder: from.id }, targetId: to.id })
    expect(body.job).toMatchObject({ state: 'queued', total: 1200, done: 0, target: { name: 'M to' } })
    expect(await runJobs()).toBe(1)
    expect(await countIn(to)).toBe(1200)
    expect(await shownJob(body.job.id)).toMatchObject({ state: 'done', done: 1200, seen: false })
    await browser.post('/api/drive/jobs/seen', {})
    expect(await shownJob(body.job.id)).toMatchObject({ seen: true, undoable: true })
    await db().job.update({ where: { publicId: body.job.id }, data: { finishedAt: new Date(Date.now() - 601_000) } })
    expect(await shownJob(body.job.id)).toBeUndefined()
  })

  it('that was taken back is not shown any more once it was seen, but what took it back is', async () => {
    const folder = await drive.makeFolder('S many')
    await drive.fill(folder, 300)
    const { body } = await drive.post('trash', { all: { folder: folder.id } })
    await runJobs()
    await browser.post('/api/drive/jobs/seen', {})
    const back = await drive.undo(body.job.id)
    await runJobs()
    expect(await shownJob(back.body.job.id)).toMatchObject({ isUndo: true, state: 'done' })
    expect(await shownJob(body.job.id)).toBeUndefined()
  })

  it('that was cut off after any batch is continued, and nothing is copied twice', async () => {
    const [from, to] = [await drive.makeFolder('K from'), await drive.makeFolder('K to')]
    await drive.fill(from, 1600)
    const before = await drive.used()
    const { id } = await createJob({
      ownerId: person.id,
      kind: 'copy',
      selector: { all: { folder: from.id, except: [] } },
      targetId: to.id,
    })
    // One batch only, as if the process had died right after it.
    expect(await runJob(id, 0)).toBe(false)
    expect(await countIn(to)).toBe(500)
    await loseJob(id)
    await runJobs()
    expect(await countIn(to)).toBe(1600)
    expect((await drive.used()) - before).toBe(1600n)
    expect(await db().job.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: 'done', done: 1600n })
  })

  it('cancelled in its middle leaves what is done, says how much, and can be taken back', async () => {
    const [from, to] = [await drive.makeFolder('X from'), await drive.makeFolder('X to')]
    await drive.fill(from, 1300)
    const { body } = await drive.post('move', { all: { folder: from.id }, targetId: to.id })
    const { id } = await db().job.findUniqueOrThrow({ where: { publicId: body.job.id } })
    await runJob(id, 0)
    const cancelled = await browser.post(`/api/drive/jobs/${body.job.id}/cancel`, {})
    expect(cancelled.body).toMatchObject({ state: 'cancelled', done: 500, total: 1300, undoable: true })
    expect(await runJobs()).toBe(0)
    expect(await countIn(to)).toBe(500)
    await drive.undo(body.job.id)
    await runJobs()
    expect(await countIn(from)).toBe(1300)
  })

  it('whose folder is deleted meanwhile stops, and the rest stays where it is', async () => {
    const [from, to] = [await drive.makeFolder('G from'), await drive.makeFolder('G to')]
    await drive.fill(from, 700)
    const { body } = await drive.post('move', { all: { folder: from.id }, targetId: to.id })
    const { id } = await db().job.findUniqueOrThrow({ where: { publicId: body.job.id } })
    await runJob(id, 0)
    await drive.post('trash', { ids: [to.id] })
    await loseJob(id)
    await runJobs()
    expect(await db().job.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: 'failed', error: 'not_found' })
    expect(await countIn(from)).toBe(200)
  })
})

describe('deleting for good', () => {
  it('gives the space back, forgets the tree, and lets the reaper look at its content', async () => {
    const tree = await drive.makeFolder('D tree')
    const inner = await drive.makeFolder('inner', tree.id)
    await drive.fill(inner, 3)
    const { blobId } = await db().entry.findFirstOrThrow({ where: { parentId: inner.row } })
    const before = await drive.used()
    await drive.post('trash', { ids: [tree.id] })
    expect(await drive.used()).toBe(before)
    const { body } = await drive.post('delete', { ids: [tree.id] })
    expect(body.job).toMatchObject({ state: 'done', total: 5, done: 5, bytes: 3, undoable: false })
    expect(before - (await drive.used())).toBe(3n)
    expect(await db().entry.count({ where: { id: { in: [tree.row, inner.row] } } })).toBe(0)
    expect(await db().blobCheck.count({ where: { blobId: blobId ?? 0n } })).toBe(1)
  })

  it('leaves what was trashed by itself in trash, restorable to the top folder', async () => {
    const folder = await drive.makeFolder('D around')
    const own = await addFile(person.id, folder.row, 'trashed before')
    await drive.post('trash', { ids: [own.publicId] })
    await drive.post('trash', { ids: [folder.id] })
    await drive.post('delete', { ids: [folder.id] })
    expect((await drive.post('restore', { ids: [own.publicId] })).status).toBe(200)
    expect(await drive.names('root')).toContain('trashed before')
  })

  it('of what is still in the drive needs no way through trash', async () => {
    const folder = await drive.makeFolder('D direct')
    await drive.fill(folder, 2)
    expect((await drive.post('delete', { ids: [folder.id] })).status).toBe(404)
    expect((await drive.post('delete', { ids: [folder.id], fromDrive: true })).body.job).toMatchObject({ done: 3 })
    expect(await db().entry.count({ where: { id: folder.row } })).toBe(0)
  })

  it('cancelled before its end: what is left is in trash, whole', async () => {
    const [one, two] = [await drive.makeFolder('D one'), await drive.makeFolder('D two')]
    await drive.fill(one, 150)
    await drive.fill(two, 150)
    await drive.post('trash', { ids: [one.id, two.id] })
    const { id } = await createJob({ ownerId: person.id, kind: 'delete', selector: { ids: [one.id, two.id] } })
    expect((await drive.post('restore', { ids: [one.id] })).status).toBe(404)
    await runJob(id, 0)
    const { publicId } = await db().job.findUniqueOrThrow({ where: { id } })
    await browser.post(`/api/drive/jobs/${publicId}/cancel`, {})
    await drive.post('restore', { ids: [one.id, two.id] })
    expect([await countIn(one), await countIn(two)]).toEqual([150, 150])
  })
})
