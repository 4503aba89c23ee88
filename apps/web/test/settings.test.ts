import { afterEach, expect, it, vi } from 'vitest'
import { recordAudit } from '../src/lib/audit.ts'
import { db, inTransaction } from '../src/lib/db.ts'
import { forgetSettings, readSettings, writeSetting } from '../src/lib/settings.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson } from './support/people.ts'

await freshDatabase()
afterEach(() => {
  vi.useRealTimers()
  forgetSettings()
})

it('what nobody set is as the environment says', async () => {
  expect(await readSettings()).toEqual({
    signup: 'open',
    trashDays: 30,
    instantScope: 'site',
    instantMinHolders: 1,
    quotaDefaultBytes: 100_000_000_000,
    uploadMaxBytes: null,
  })
})

it('a change is read after 5 seconds at the latest, and not asked for before', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const before = await readSettings()
  const person = await newPerson()
  await inTransaction((tx) => writeSetting(tx, 'trashDays', before.trashDays + 1, person.id))
  vi.setSystemTime(Date.now() + 4999)
  expect((await readSettings()).trashDays).toBe(before.trashDays)
  vi.setSystemTime(Date.now() + 2)
  expect((await readSettings()).trashDays).toBe(before.trashDays + 1)
})

it('no limit for uploads is a value, and so is one', async () => {
  for (const limit of [5_000_000, null]) {
    await inTransaction((tx) => writeSetting(tx, 'uploadMaxBytes', limit, null))
    forgetSettings()
    expect((await readSettings()).uploadMaxBytes).toBe(limit)
  }
})

it('a setting is refused when it may not be that', async () => {
  for (const days of [0, 1.5, 100_000]) {
    await expect(inTransaction((tx) => writeSetting(tx, 'trashDays', days, null))).rejects.toThrow()
  }
})

it('a line of the audit log cannot be changed, deleted or swept away by SQL', async () => {
  const person = await newPerson()
  const headers = new Headers()
  const target = { kind: 'person', id: person.id, name: 'Somebody' }
  await inTransaction((tx) => recordAudit(tx, { actorId: person.id, action: 'person.disable', target, headers }))
  await expect(db().$executeRaw`UPDATE audit SET action = 'person.enable'`).rejects.toThrow(/only grows/)
  await expect(db().$executeRaw`DELETE FROM audit`).rejects.toThrow(/only grows/)
  await expect(db().$executeRaw`TRUNCATE audit`).rejects.toThrow(/only grows/)
  expect(await db().audit.findMany({ where: { actorId: person.id, action: 'person.disable' } })).toMatchObject([
    { action: 'person.disable', targetKind: 'person', targetId: person.id, targetName: 'Somebody', detail: {} },
  ])
})

it('a line of the audit log goes with the change that failed', async () => {
  const before = await db().audit.count()
  const change = inTransaction(async (tx) => {
    await recordAudit(tx, { actorId: null, action: 'setting.change' })
    throw new Error('it failed')
  })
  await expect(change).rejects.toThrow('it failed')
  expect(await db().audit.count()).toBe(before)
})
