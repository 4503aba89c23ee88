import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { auditQuotas } from '../src/worker/audit-quota.ts'
import type { Browser } from './support/browser.ts'
import { addFile, newPerson, type Person, signedInBrowser } from './support/people.ts'
import { signedInDriveOnStorages } from './support/signed-in-drive.ts'

const { server } = await signedInDriveOnStorages()
let browser: Browser
let person: Person
const TIME = '2026-03-01T10:00:00.000Z'

beforeEach(async () => {
  ;({ browser, person } = await signedInBrowser(server.url))
})

async function kindsOf(items: Record<string, unknown>[], folderId = 'root'): Promise<string[]> {
  const { status, body } = await browser.post('/api/uploads/preflight', { folderId, items })
  expect(status).toBe(200)
  return body.kinds
}

async function keep(name: string, size: number, owner = person) {
  const entry = await addFile(owner.id, owner.rootId, name, { size, modifiedAt: new Date(TIME) })
  const blob = await db().blob.findUniqueOrThrow({ where: { id: entry.blobId ?? 0n } })
  return { entry, probe: Buffer.from(blob.head).toString('hex') }
}

describe('before an upload', () => {
  it('files are new, identical, kept elsewhere, or have a taken name', async () => {
    await keep('a.txt', 70_500)
    const kinds = await kindsOf([
      { name: 'new.txt', size: 70_501 },
      { name: 'a.txt', size: 70_500, modifiedAt: TIME },
      { name: 'a.txt', size: 70_500, modifiedAt: '2026-03-02T10:00:00.000Z' },
      { name: 'a.txt', size: 70_499, modifiedAt: TIME },
      { name: 'b.txt', size: 70_500 },
    ])
    expect(kinds).toEqual(['new', 'identical', 'taken', 'taken', 'instant'])
  })

  it('a file that is sent in the time that proving its content takes is new, whatever is kept', async () => {
    await keep('note.txt', 900)
    expect(await kindsOf([{ name: 'another note.txt', size: 900 }])).toEqual(['new'])
  })

  it('the head decides where size and time do not', async () => {
    const { probe } = await keep('a.bin', 500_000)
    const { probe: small } = await keep('small.txt', 500)
    const other = randomBytes(32).toString('hex')
    const later = '2026-04-01T10:00:00.000Z'
    const kinds = await kindsOf([
      { name: 'a.bin', size: 500_000, modifiedAt: TIME, probe },
      { name: 'a.bin', size: 500_000, modifiedAt: TIME, probe: other },
      { name: 'a.bin', size: 500_000, modifiedAt: later, probe },
      { name: 'small.txt', size: 500, modifiedAt: later, probe: small },
      { name: 'c.bin', size: 500_000, probe },
      { name: 'c.bin', size: 500_000, probe: other },
    ])
    expect(kinds).toEqual(['identical', 'taken', 'taken', 'identical', 'instant', 'new'])
  })

  it('names are looked for in the folder that the path leads to', async () => {
    const made = await browser.post('/api/uploads/folders', { folderId: 'root', paths: ['x/y', 'x/z'] })
    expect(made.body.items).toEqual([
      { path: 'x/y', ok: true },
      { path: 'x/z', ok: true },
    ])
    const y = await db().entry.findFirstOrThrow({ where: { ownerId: person.id, name: 'y' } })
    await addFile(person.id, y.id, 'a.txt', { size: 77 })
    const paths = ['x/y', 'x/z', 'x', '', 'x/y/none']
    const kinds = await kindsOf(paths.map((path) => ({ name: 'a.txt', path, size: 70 })))
    expect(kinds).toEqual(['taken', 'new', 'new', 'new', 'new'])
  })

  it('nothing is said of what other people keep, nor of a folder that is theirs', async () => {
    const stranger = await newPerson()
    const { probe } = await keep('secret.txt', 4242, stranger)
    const { publicId } = await db().entry.findFirstOrThrow({ where: { ownerId: stranger.id, parentId: null } })
    const item = { name: 'secret.txt', size: 4242, modifiedAt: TIME, probe }
    expect(await kindsOf([item])).toEqual(['new'])
    expect(await kindsOf([item], publicId)).toEqual(['new'])
  })

  it('the space that is left and the days of the trash are told', async () => {
    await db().quota.update({ where: { userId: person.id }, data: { allowed: 1000n } })
    const { body } = await browser.post('/api/uploads/preflight', { folderId: 'root', items: [{ name: 'a', size: 1 }] })
    expect(body).toMatchObject({ freeBytes: 1000, trashDays: 30 })
  })

  it('input that makes no sense is refused', async () => {
    const wrong = [
      { folderId: 'root', items: [] },
      { folderId: 'root', items: [{ name: 'a', size: -1 }] },
      { items: [] },
    ]
    for (const body of wrong) expect((await browser.post('/api/uploads/preflight', body)).status).toBe(400)
    const path = await browser.post('/api/uploads/folders', { folderId: 'root', paths: ['ok', 'a/../b'] })
    expect(path.body.items).toMatchObject([{ ok: true }, { ok: false, error: { code: 'name_invalid' } }])
  })
})

describe('fifty starts at once at the edge of the quota', () => {
  it('reserve what fits and not one more, and each gives its part back once', async () => {
    await db().quota.update({ where: { userId: person.id }, data: { allowed: 1050n } })
    const starts = Array.from({ length: 50 }, (_, i) => {
      const item = { clientId: `${i}`, folderId: 'root', name: `${i}.bin`, size: 100 }
      return browser.post('/api/uploads', { items: [item] })
    })
    const answers = await Promise.all(starts)
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([])
    const items = answers.map(({ body }) => body.items[0])
    const started = items.filter(({ ok }) => ok)
    expect(started).toHaveLength(10)
    for (const item of items.filter(({ ok }) => !ok)) expect(item.error.code).toBe('quota_exceeded')
    expect(await db().quota.findUnique({ where: { userId: person.id } })).toMatchObject({ reserved: 1000n })
    const ends = started.flatMap(({ uploadId }) => [uploadId, uploadId])
    await Promise.all(ends.map((uploadId) => browser.delete(`/api/uploads/${uploadId}`)))
    expect(await db().quota.findUnique({ where: { userId: person.id } })).toMatchObject({ used: 0n, reserved: 0n })
    expect((await auditQuotas()).filter(({ userId }) => userId === person.id)).toEqual([])
  })
})
