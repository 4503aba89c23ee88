import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { forgetCheckedSessions } from '../src/features/auth/session.ts'
import { createQuotaGroup, deleteQuotaGroup } from '../src/features/quota/groups.ts'
import { insertUploads } from '../src/features/uploads/server/insert-uploads.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { newPublicId, newUploadId } from '../src/lib/public-id.ts'
import { changeSpace, notEnoughSpace, spaceOf } from '../src/lib/quota.ts'
import { auditQuotaGroups } from '../src/worker/audit-quota.ts'
import { startApiServer } from './support/api-server.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson, type Person, signedInBrowser } from './support/people.ts'

await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let people: Person[]
let groupId: string
const admin = { id: 'nobody', headers: new Headers() }

beforeAll(async () => {
  server = await startApiServer()
  people = [await newPerson(10_000), await newPerson(10_000), await newPerson(10_000)]
})
afterAll(() => server.close())

beforeEach(async () => {
  groupId = (await createQuotaGroup(admin, { name: newPublicId(), allowedBytes: 1000 })).id
  await db().quota.updateMany({ data: { used: 0, reserved: 0, groupId: null } })
  for (const person of people) await enter(person.id, groupId)
})

const enter = (userId: string, id: string) => db().quota.update({ where: { userId }, data: { groupId: id } })
const group = () => db().quotaGroup.findUniqueOrThrow({ where: { id: groupId } })
const add = (person: Person, change: { used?: bigint; reserved?: bigint }) =>
  inTransaction((tx) => changeSpace(tx, person.id, change))

it('fifty uploads that start at once cannot overrun what a group may keep', async () => {
  const started = await Promise.all(
    Array.from({ length: 50 }, (_, n) => {
      const person = people[n % people.length]!
      return inTransaction(async (tx) => {
        const space = await spaceOf(tx, person.id, { lock: true })
        if (space.freeBytes < 90) return false
        if (!(await changeSpace(tx, person.id, { reserved: 90n }))) throw new Error('locked space was gone')
        await insertUploads(tx, [uploadOf(person)])
        return true
      })
    }),
  )
  expect(started.filter(Boolean)).toHaveLength(11)
  expect(await group()).toMatchObject({ used: 0n, reserved: 990n })
  expect(await auditQuotaGroups()).toEqual([])
})

it('fifty copies that look at nothing before cannot overrun it either', async () => {
  const taken = await Promise.all(Array.from({ length: 50 }, (_, n) => add(people[n % 3]!, { used: 70n })))
  expect(taken.filter(Boolean)).toHaveLength(14)
  expect(await group()).toMatchObject({ used: 980n, reserved: 0n })
  const members = await db().quota.findMany({ where: { groupId } })
  expect(members.reduce((sum, { used }) => sum + used, 0n)).toBe(980n)
})

it('a reservation becomes kept bytes, and deleting gives them back, in both', async () => {
  const [person] = people
  await add(person!, { reserved: 600n })
  await add(person!, { used: 600n, reserved: -600n })
  expect(await group()).toMatchObject({ used: 600n, reserved: 0n })
  await add(person!, { used: -200n })
  expect(await group()).toMatchObject({ used: 400n })
})

it('the refusal says that it is the group that is full, and which', async () => {
  const [person, other] = people
  await add(other!, { used: 900n })
  expect(await add(person!, { used: 200n })).toBe(false)
  const error = notEnoughSpace(await spaceOf(db(), person!.id), 200)
  const { name } = await group()
  expect(error).toMatchObject({ code: 'quota_exceeded', detail: { missingBytes: 100, group: name } })
  await db().quotaGroup.update({ where: { id: groupId }, data: { allowed: 100_000 } })
  expect(notEnoughSpace(await spaceOf(db(), person!.id), 20_000).detail).toEqual({
    freeBytes: 10_000,
    missingBytes: 10_000,
  })
})

it('above a limit that was lowered nothing can be added and everything can be given back', async () => {
  await add(people[0]!, { used: 900n })
  await db().quotaGroup.update({ where: { id: groupId }, data: { allowed: 100 } })
  expect(await add(people[1]!, { used: 1n })).toBe(false)
  expect(await add(people[0]!, { used: -500n })).toBe(true)
})

it('who changes the group takes what they keep along, and a group that is deleted leaves its members theirs', async () => {
  await add(people[0]!, { used: 300n })
  const other = (await createQuotaGroup(admin, { name: newPublicId(), allowedBytes: 10 })).id
  await enter(people[0]!.id, other)
  expect(await group()).toMatchObject({ used: 0n })
  expect(await db().quotaGroup.findUniqueOrThrow({ where: { id: other } })).toMatchObject({ used: 300n })
  await deleteQuotaGroup(admin, other)
  expect(await db().quota.findUniqueOrThrow({ where: { userId: people[0]!.id } })).toMatchObject({ used: 300n })
})

it('the audit reports a group that differs from its members', async () => {
  await db().quotaGroup.update({ where: { id: groupId }, data: { used: 7 } })
  expect(await auditQuotaGroups()).toMatchObject([{ groupId, used: 7n, usedByMembers: 0n }])
})

it('who is in a group sees its space beside their own', async () => {
  const { browser, person } = await signedInBrowser(server.url)
  await enter(person.id, groupId)
  const { quota } = (await browser.get('/api/me')).body
  expect(quota.group).toEqual({ name: (await group()).name, allowedBytes: 1000, usedBytes: 0, reservedBytes: 0 })
})

it('an administrator makes, changes, exports and deletes a group; its members stay', async () => {
  const { browser, person } = await signedInBrowser(server.url)
  await db().user.update({ where: { id: person.id }, data: { role: 'admin' } })
  forgetCheckedSessions()
  const made = await browser.post('/api/admin/groups', { name: ' Reef team ', allowedBytes: 5000 })
  expect(made.status).toBe(201)
  expect(await browser.post('/api/admin/groups', { name: 'Reef team', allowedBytes: 1 })).toMatchObject({
    status: 409,
    body: { code: 'name_taken', field: 'name' },
  })
  const path = `/api/admin/groups/${made.body.id}`
  expect((await browser.patch(path, { name: '=1+1', allowedBytes: 6000 })).status).toBe(204)
  await enter(person.id, made.body.id)
  const { groups } = (await browser.get('/api/admin/groups')).body
  expect(groups.find(({ id }: { id: string }) => id === made.body.id)).toMatchObject({
    name: '=1+1',
    allowedBytes: 6000,
    members: 1,
  })
  expect((await browser.get('/api/admin/groups/export')).body).toContain("\r\n'=1+1,1,6000,0,0\r\n")
  expect((await browser.delete(path)).status).toBe(204)
  expect((await browser.delete(path)).status).toBe(404)
  expect(await db().quota.findUniqueOrThrow({ where: { userId: person.id } })).toMatchObject({ groupId: null })
})

function uploadOf(person: Person) {
  return {
    upl: newUploadId(),
    ownerId: person.id,
    folderId: person.rootId,
    entryPublicId: newPublicId(),
    name: 'a',
    size: 90,
    ext: '',
    conflict: 'keep' as const,
    modifiedAt: null,
    state: 'uploading' as const,
    group: 'group1',
    storageId: '1',
  }
}
