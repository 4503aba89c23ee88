import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { addFile, newPerson } from './support/people.ts'
import { signedInDrive } from './support/signed-in-drive.ts'

const { browser, drive, person } = await signedInDrive()
const about = async (...ids: string[]) => (await browser.get(`/api/drive/kept?ids=${ids.join(',')}`)).body

describe('what a phone is told of the files that it keeps', () => {
  it('size, SHA-256 and name of those that are there, nothing of those that are gone, in trash or of others', async () => {
    const here = await addFile(person.id, person.rootId, 'here.txt', { size: 70 })
    const trashed = await addFile(person.id, person.rootId, 'trashed.txt')
    await drive.post('trash', { ids: [trashed.publicId] })
    const other = await newPerson()
    const theirs = await addFile(other.id, other.rootId, 'theirs.txt')
    const { blob } = await db().entry.findUniqueOrThrow({ where: { id: here.id }, include: { blob: true } })
    const told = await about(here.publicId, trashed.publicId, theirs.publicId, 'nothing')
    const sha256 = Buffer.from(blob?.sha256 ?? []).toString('hex')
    expect(sha256).toHaveLength(createHash('sha256').digest('hex').length)
    expect(told).toMatchObject({ files: [{ id: here.publicId, name: 'here.txt', size: 70, sha256 }], replaced: [] })
    expect(told.files).toHaveLength(1)
  })

  it('of one that was replaced, what stands in its place, until that is gone as well', async () => {
    const old = await addFile(person.id, person.rootId, 'plan.txt', { size: 10 })
    await drive.post('trash', { ids: [old.publicId] })
    const next = await addFile(person.id, person.rootId, 'plan.txt', { size: 20 })
    expect(await about(old.publicId)).toMatchObject({
      files: [],
      replaced: [{ id: old.publicId, by: { id: next.publicId, size: 20 } }],
    })
    await drive.post('trash', { ids: [next.publicId] })
    expect(await about(old.publicId)).toEqual({ files: [], replaced: [] })
  })
})
