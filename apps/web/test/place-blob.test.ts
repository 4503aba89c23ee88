import { beforeEach, describe, expect, it } from 'vitest'
import { db, inTransaction } from '../src/lib/db.ts'
import { type BlobToPlace, placeBlob } from '../src/lib/entries/place-blob.ts'
import { freshDatabase } from './support/database.ts'
import { addFile, newPerson, type Person } from './support/people.ts'

await freshDatabase()
let person: Person
let blob: BlobToPlace['blob']

beforeEach(async () => {
  const other = await newPerson()
  const { blobId } = await addFile(other.id, other.rootId, 'source.txt', { size: 40 })
  blob = { id: blobId!, size: 40n, contentType: 'text/plain' }
  person = await newPerson(100)
})

function place(changes: Partial<BlobToPlace> = {}) {
  const request: BlobToPlace = {
    ownerId: person.id,
    folderId: person.rootId,
    name: 'a.txt',
    blob,
    category: 'document',
    conflict: 'keep',
    ...changes,
  }
  return inTransaction((tx) => placeBlob(tx, request))
}

const usedBytes = async () => Number((await db().quota.findUniqueOrThrow({ where: { userId: person.id } })).used)
const namesOf = async () =>
  (await db().entry.findMany({ where: { ownerId: person.id, kind: 1 }, orderBy: { id: 'asc' } })).map(
    ({ name }) => name,
  )

describe('stored content', () => {
  it('becomes an entry of another person that counts towards their space', async () => {
    const placed = await place()
    const entry = await db().entry.findUniqueOrThrow({ where: { id: placed!.id } })
    expect(entry).toMatchObject({ publicId: placed?.publicId, blobId: blob.id, size: 40n, category: 'document' })
    expect(await usedBytes()).toBe(40)
  })

  it('beyond the space that is left is refused, and nothing of it stays', async () => {
    await place()
    await place({ name: 'b.txt' })
    await expect(place({ name: 'c.txt' })).rejects.toMatchObject({
      code: 'quota_exceeded',
      detail: { missingBytes: 20 },
    })
    expect(await namesOf()).toEqual(['a.txt', 'b.txt'])
    expect(await usedBytes()).toBe(80)
  })

  it('with a name that is taken is renamed, replaces, or is left out', async () => {
    await place()
    expect(await place()).toMatchObject({ name: 'a (2).txt' })
    expect(await place({ conflict: 'skip' })).toBeNull()
    expect(await usedBytes()).toBe(80)
  })

  it('cannot go to a folder of somebody else, nor have a name that is none', async () => {
    const other = await newPerson()
    await expect(place({ folderId: other.rootId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(place({ name: 'a/b' })).rejects.toMatchObject({ code: 'name_invalid' })
    expect(await usedBytes()).toBe(0)
  })
})
