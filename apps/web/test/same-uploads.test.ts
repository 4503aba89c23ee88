import { beforeEach, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import type { Browser } from './support/browser.ts'
import { addFile, newPerson, type Person, signedInBrowser } from './support/people.ts'
import { signedInDriveOnStorages } from './support/signed-in-drive.ts'

const { server } = await signedInDriveOnStorages()
let browser: Browser
let person: Person
const TIME = '2026-03-01T10:00:00.000Z'

type Item = { clientId: string; name: string; size: number; [key: string]: unknown }

const filesOf = (count: number, size = 100): Item[] =>
  Array.from({ length: count }, (_, index) => ({ clientId: `${index}`, name: `${index}.bin`, size, modifiedAt: TIME }))

const once = (items: Item[]): Item[] => items.map((item) => ({ ...item, once: true }))

async function start(device: string | undefined, items: Item[]) {
  const body = { device, items: items.map((item) => ({ folderId: 'root', ...item })) }
  const answer = await browser.post('/api/uploads', body)
  expect(answer.status).toBe(200)
  return answer.body.items
}

async function kindsOf(device: string | undefined, items: Item[]): Promise<string[]> {
  const asked = items.map(({ clientId: _, ...item }) => item)
  return (await browser.post('/api/uploads/preflight', { device, folderId: 'root', items: asked })).body.kinds
}

async function lastHeardOf(uploadId: string, seconds: number): Promise<void> {
  const aliveAt = new Date(Date.now() - 1000 * seconds)
  await db().upload.update({ where: { upl: uploadId }, data: { aliveAt } })
}

async function present(device: string, here: boolean): Promise<void> {
  expect((await browser.post('/api/uploads/presence', { device, here })).status).toBe(204)
}

const unfinished = async () => (await browser.get('/api/uploads')).body.items

const openCount = () => db().upload.count({ where: { ownerId: person.id, state: { in: ['created', 'uploading'] } } })

beforeEach(async () => {
  ;({ browser, person } = await signedInBrowser(server.url))
})

describe('files that another page of the person sends', () => {
  it('are coming, and are not begun again when nobody has decided about their names', async () => {
    const begun = await start('laptop.1', once(filesOf(3)))
    const chosen = [...filesOf(3), { clientId: 'new', name: 'new.bin', size: 100, modifiedAt: TIME }]
    expect(await kindsOf('phone.1', chosen)).toEqual(['coming', 'coming', 'coming', 'new'])
    const found = await start('phone.1', once(chosen))
    expect(found.slice(0, 3)).toMatchObject(
      begun.map(({ uploadId }: { uploadId: string }) => ({ ok: true, found: 'elsewhere', uploadId })),
    )
    expect(found[3]).toMatchObject({ ok: true, ticket: expect.any(String) })
    expect(await openCount()).toBe(4)
    expect(await db().quota.findUnique({ where: { userId: person.id } })).toMatchObject({ reserved: 400n })
  })

  it('are begun again by the page itself, by a program, and where a person wants both', async () => {
    await start('laptop.1', once(filesOf(1)))
    expect(await kindsOf('laptop.1', filesOf(1))).toEqual(['new'])
    expect(await kindsOf(undefined, filesOf(1))).toEqual(['new'])
    for (const [device, items] of [
      ['laptop.1', once(filesOf(1))],
      [undefined, once(filesOf(1))],
      ['phone.1', filesOf(1)],
    ] as const) {
      expect((await start(device, items))[0]).toMatchObject({ ok: true, ticket: expect.any(String) })
    }
  })

  it('have the same folder, name, size and date', async () => {
    const made = await browser.post('/api/uploads/folders', { folderId: 'root', paths: ['there'] })
    expect(made.body.items).toEqual([{ path: 'there', ok: true }])
    await start('laptop.1', once(filesOf(1)))
    const [file] = filesOf(1)
    const others = [
      { ...file, path: 'there' },
      { ...file, name: '0.bim' },
      { ...file, size: 101 },
      { ...file, modifiedAt: '2026-03-01T10:00:01.000Z' },
      { ...file, modifiedAt: undefined },
    ] as Item[]
    expect(await kindsOf('phone.1', others)).toEqual(['new', 'new', 'new', 'new', 'new'])
    for (const answer of await start('phone.1', once(others))) expect(answer).toHaveProperty('ticket')
    expect(await kindsOf('tablet.1', [{ ...file, path: 'there' } as Item])).toEqual(['coming'])
  })

  it('are left when their page was not heard of for minutes, and go on at the one that takes them over', async () => {
    const [{ uploadId }] = await start('laptop.1', once(filesOf(1)))
    const [found] = await start('phone.1', once(filesOf(1)))
    expect(found).toMatchObject({ found: 'elsewhere', isLeft: false })
    await lastHeardOf(uploadId, 190)
    expect((await start('phone.1', once(filesOf(1))))[0]).toMatchObject({ found: 'elsewhere', uploadId, isLeft: true })
    expect((await unfinished())[0]).toMatchObject({ uploadId, isSent: false })
    await present('laptop.1', true)
    expect((await start('phone.1', once(filesOf(1))))[0]).toMatchObject({ isLeft: false })
    await lastHeardOf(uploadId, 190)
    const taken = await browser.post(`/api/uploads/${uploadId}/ticket?device=phone.1&takeOver=true`, {})
    expect(taken.status).toBe(200)
    expect((await start('laptop.1', once(filesOf(1))))[0]).toMatchObject({ found: 'elsewhere', isLeft: false })
    const refused = await browser.post(`/api/uploads/${uploadId}/ticket?device=laptop.1`, {})
    expect(refused.body.code).toBe('upload_elsewhere')
    expect(await openCount()).toBe(1)
  })

  it('are left soon after their page has said goodbye, but not while it may only be loading anew', async () => {
    const [{ uploadId }] = await start('laptop.1', once(filesOf(1)))
    await start('tablet.1', [{ clientId: 'own', name: 'own.bin', size: 1, modifiedAt: TIME }])
    await present('laptop.1', false)
    expect((await start('phone.1', once(filesOf(1))))[0]).toMatchObject({ isLeft: false })
    const { aliveAt } = await db().upload.findUniqueOrThrow({ where: { upl: uploadId } })
    const seconds = (Date.now() - (aliveAt?.getTime() ?? 0)) / 1000
    expect(seconds).toBeGreaterThan(159)
    expect(seconds).toBeLessThan(180)
    await lastHeardOf(uploadId, seconds + 21)
    expect(await unfinished()).toMatchObject([
      { uploadId, isSent: false },
      { name: 'own.bin', isSent: true },
    ])
  })

  it('need no space a second time, and nothing else gets any by that', async () => {
    await db().quota.update({ where: { userId: person.id }, data: { allowed: 350n } })
    const [{ uploadId }] = await start('laptop.1', once(filesOf(3)))
    const asked = once([...filesOf(3), { clientId: 'new', name: 'new.bin', size: 100, modifiedAt: TIME }])
    const found = await start('phone.1', asked)
    expect(found[0]).toMatchObject({ found: 'elsewhere', uploadId })
    expect(found.slice(1, 3)).toMatchObject([{ found: 'elsewhere' }, { found: 'elsewhere' }])
    expect(found[3]).toMatchObject({ ok: false, error: { code: 'quota_exceeded' } })
    // Of the same name, size and date, and for another folder.
    const [there] = await start('phone.1', once([{ ...(filesOf(1)[0] as Item), path: 'there' }]))
    expect(there).toMatchObject({ ok: false, error: { code: 'quota_exceeded' } })
    expect(await db().quota.findUnique({ where: { userId: person.id } })).toMatchObject({ reserved: 300n })
  })

  it('are begun when the other page has given them up', async () => {
    const [{ uploadId }] = await start('laptop.1', once(filesOf(1)))
    await browser.delete(`/api/uploads/${uploadId}`)
    expect(await kindsOf('phone.1', filesOf(1))).toEqual(['new'])
    expect((await start('phone.1', once(filesOf(1))))[0]).toHaveProperty('ticket')
  })

  it('are begun once by pages that announce them at the same moment', async () => {
    const pages = ['a', 'b', 'c', 'd', 'e', 'f']
    const answers = await Promise.all(pages.map((page) => start(page, once(filesOf(40)))))
    const begun = answers.flat().filter((item) => 'ticket' in item)
    expect(begun.map(({ clientId }) => Number(clientId)).toSorted((a, b) => a - b)).toEqual([...Array(40).keys()])
    expect(await openCount()).toBe(40)
    expect(await db().quota.findUnique({ where: { userId: person.id } })).toMatchObject({ reserved: 4000n })
  })

  it('are nothing that other people are told of', async () => {
    await start('laptop.1', once(filesOf(2)))
    const { publicId } = await db().entry.findFirstOrThrow({ where: { ownerId: person.id, parentId: null } })
    ;({ browser, person } = await signedInBrowser(server.url))
    expect(await kindsOf('phone.1', filesOf(2))).toEqual(['new', 'new'])
    const items = once(filesOf(2)).map((item) => ({ ...item, folderId: publicId }))
    for (const answer of await start('phone.1', items)) expect(answer).toMatchObject({ ok: false })
  })
})

describe('files that lie there since the look', () => {
  it('are not begun again, be they empty or not, but for other content or another wish', async () => {
    const at = { modifiedAt: new Date(TIME) }
    await addFile(person.id, person.rootId, '0.bin', { size: 100, ...at })
    await start('laptop.1', [{ clientId: 'empty', name: 'empty', size: 0, modifiedAt: TIME }])
    const empty = { clientId: 'empty', name: 'empty', size: 0, modifiedAt: TIME }
    const found = await start('phone.1', once([...filesOf(1), empty]))
    expect(found).toEqual([
      { clientId: '0', ok: true, found: 'identical' },
      { clientId: 'empty', ok: true, found: 'identical' },
    ])
    const [file] = filesOf(1)
    const other = await start('phone.1', once([{ ...file, size: 99 } as Item]))
    expect(other[0]).toHaveProperty('ticket')
    expect((await start('phone.1', filesOf(1)))[0]).toHaveProperty('ticket')
    expect((await start('phone.1', [empty]))[0]).toMatchObject({ entry: { name: 'empty (2)' } })
  })

  it('of another person are nothing to look at', async () => {
    const stranger = await newPerson()
    await addFile(stranger.id, stranger.rootId, '0.bin', { size: 100, modifiedAt: new Date(TIME) })
    expect((await start('phone.1', once(filesOf(1))))[0]).toHaveProperty('ticket')
  })
})
