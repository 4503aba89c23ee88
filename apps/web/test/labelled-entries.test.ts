// Lists of favourites and tags are read from a table of their own: it must know what the entries know.
import { expect, it } from 'vitest'
import { db, inTransaction } from '../src/lib/db.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { browser, drive } = await signedInDrive()

/** What the two tables say differently of entries with a star or a tag, or one of them says alone. */
async function differences(): Promise<unknown[]> {
  const columns = 'id, public_id, kind, sort_key, size, trash_id, trashed_at, modified_at'
  const labelled = 'SELECT entry_id FROM favourite UNION SELECT entry_id FROM entry_tag'
  return await db().$queryRawUnsafe(`
    (SELECT ${columns} FROM entry WHERE id IN (${labelled}) EXCEPT SELECT ${columns} FROM labelled_entry)
    UNION ALL (SELECT ${columns} FROM labelled_entry EXCEPT SELECT ${columns} FROM entry)`)
}

const list = async (place: string, order = 'sort=name&dir=asc') =>
  (await browser.get(`/api/drive/entries?folder=${place}&${order}`)).body
const namesIn = async (place: string, order?: string) =>
  (await list(place, order)).items.map(({ name }: { name: string }) => name)
const rename = (id: string, name: string) => browser.patch(`/api/drive/entries/${id}`, { name })

it('follows names, sizes, trash and deletion, for stars and for tags', async () => {
  const folder = await drive.makeFolder('L follow')
  await drive.fill(folder, 4)
  const tag = (await browser.post('/api/labels/tags', { name: 'Follow', colour: 'blue' })).body.id
  const [one, two, three] = [1, 2, 3].map((n) => `${folder.id}${n}`) as [string, string, string]
  await browser.post('/api/labels/favourites', { ids: [one, two], on: true })
  await browser.post('/api/labels/entries', { ids: [two, three], add: [tag] })
  expect(await differences()).toEqual([])
  expect(await namesIn('~favourites')).toEqual(['f1', 'f2'])
  await rename(one, 'z last')
  await rename(three, 'a first')
  await db().entry.update({ where: { publicId: two }, data: { size: 500, modifiedAt: new Date(0) } })
  expect(await differences()).toEqual([])
  expect(await namesIn('~favourites')).toEqual(['f2', 'z last'])
  expect(await namesIn('~favourites', 'sort=size&dir=desc')).toEqual(['f2', 'z last'])
  expect(await namesIn('~favourites', 'sort=modified&dir=desc')).toEqual(['z last', 'f2'])
  expect(await namesIn(`~tag.${tag}`)).toEqual(['a first', 'f2'])
  expect(await list('~favourites')).toMatchObject({ total: 2, totalBytes: 501 })
  await drive.post('trash', { ids: [folder.id] })
  expect([await namesIn('~favourites'), await namesIn(`~tag.${tag}`)]).toEqual([[], []])
  await drive.post('restore', { ids: [folder.id] })
  expect(await namesIn('~favourites')).toEqual(['f2', 'z last'])
  expect(await differences()).toEqual([])
  await drive.post('delete', { ids: [two], fromDrive: true })
  expect(await namesIn(`~tag.${tag}`)).toEqual(['a first'])
  expect(await differences()).toEqual([])
})

it('a star beside a change of the same entry that has not ended knows the change', async () => {
  const folder = await drive.makeFolder('L race')
  await drive.fill(folder, 1)
  const { publicId } = await db().entry.findFirstOrThrow({ where: { parentId: folder.row } })
  let starring: Promise<unknown> = Promise.resolve()
  await inTransaction(async (tx) => {
    await tx.entry.update({ where: { publicId }, data: { size: 77 } })
    starring = browser.post('/api/labels/favourites', { ids: [publicId], on: true })
    // Until the star waits for this transaction.
    await expect
      .poll(
        async () => {
          const waiting = await db().$queryRaw<unknown[]>`
            SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
          return waiting.length
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0)
  })
  await starring
  expect(await differences()).toEqual([])
  expect((await list('~favourites', 'sort=size&dir=desc')).items[0]).toMatchObject({ size: 77 })
})
