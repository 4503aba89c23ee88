import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { register } from '../src/features/auth/commands.ts'
import { db } from '../src/lib/db.ts'
import { newPublicId } from '../src/lib/public-id.ts'
import { forgetSettings, writeSetting } from '../src/lib/settings.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'

await freshDatabase()
const PASSWORD = 'correct horse'
let server: Awaited<ReturnType<typeof startApiServer>>
let admin: Browser

beforeAll(async () => {
  server = await startApiServer()
  await register({ name: 'Admin', email: 'admin@example.org', password: PASSWORD })
  admin = new Browser(server.url)
  await admin.signIn('admin@example.org', PASSWORD)
})
afterAll(() => server.close())
beforeEach(() => setSignup('invitation'))

async function setSignup(signup: 'open' | 'invitation' | 'closed'): Promise<void> {
  await writeSetting(db(), 'signup', signup, null)
  forgetSettings()
}

async function invite(wish: object = {}): Promise<{ id: string; token: string }> {
  const { status, body } = await admin.post('/api/admin/invitations', wish)
  expect(status).toBe(201)
  return { id: body.invitation.id, token: body.link.split('/join/')[1] }
}

const join = (invitation?: string, email = `${newPublicId()}@example.org`) =>
  new Browser(server.url).post('/api/auth/register', { name: 'Guest', email, password: PASSWORD, invitation })

const stateOf = async (id: string) => {
  const { invitations } = (await admin.get('/api/admin/invitations')).body
  return invitations.find((item: { id: string }) => item.id === id)
}

describe('sign-up by invitation', () => {
  it('lets nobody in without one', async () => {
    expect(await join()).toMatchObject({ status: 403, body: { code: 'signup_closed' } })
    expect(await join('A'.repeat(43))).toMatchObject({ status: 410, body: { code: 'invitation_gone' } })
  })

  it('tells nobody without one who has an account', async () => {
    expect(await join(undefined, 'admin@example.org')).toMatchObject({ status: 403, body: { code: 'signup_closed' } })
    const { id, token } = await invite()
    expect(await join(token, 'admin@example.org')).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect((await stateOf(id)).used).toBe(0)
  })

  it('gives what the invitation says: role, space, group', async () => {
    const { id: groupId } = (await admin.post('/api/admin/groups', { name: 'Family', allowedBytes: 9000 })).body
    const email = 'second.admin@example.org'
    const { token } = await invite({ email, role: 'admin', quotaBytes: 7000, quotaGroupId: groupId })
    expect((await join(token, email)).body).toEqual({ admin: false })
    const person = await db().user.findUniqueOrThrow({ where: { email }, include: { quota: true } })
    expect(person).toMatchObject({ role: 'admin', quota: { allowed: 7000n, groupId } })
  })

  it('works as often as it says, also when all come at once', async () => {
    const { id, token } = await invite({ maxUses: 3 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => join(token)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(5)
    expect(await stateOf(id)).toMatchObject({ used: 3, maxUses: 3, state: 'used_up' })
  })

  it('for one address is worth nothing to another', async () => {
    const { token } = await invite({ email: 'Guest.One@example.org' })
    expect((await join(token, 'guest.two@example.org')).status).toBe(410)
    expect((await join(token, 'guest.one@example.org')).status).toBe(201)
  })

  it('is not used up by a registration that failed', async () => {
    const { id, token } = await invite()
    expect((await join(token, 'admin@example.org')).body.code).toBe('email_taken')
    expect(await stateOf(id)).toMatchObject({ used: 0, state: 'open' })
  })

  it('ends when it is revoked or too old', async () => {
    const revoked = await invite()
    expect((await admin.delete(`/api/admin/invitations/${revoked.id}`)).status).toBe(204)
    expect((await join(revoked.token)).status).toBe(410)
    expect((await admin.delete(`/api/admin/invitations/${revoked.id}`)).status).toBe(204)
    const old = await invite()
    await db().invitation.update({ where: { id: old.id }, data: { expiresAt: new Date(Date.now() - 1000) } })
    expect((await join(old.token)).status).toBe(410)
    expect([(await stateOf(revoked.id)).state, (await stateOf(old.id)).state]).toEqual(['revoked', 'expired'])
  })

  it('opens nothing while sign-up is closed, and whoever invites is told', async () => {
    const { token } = await invite()
    const isClosed = async () => (await admin.get('/api/admin/invitations')).body.closed
    expect(await isClosed()).toBe(false)
    await setSignup('closed')
    expect(await isClosed()).toBe(true)
    expect((await join(token)).body.code).toBe('signup_closed')
  })

  it('for an administrator or one address works once', async () => {
    for (const wish of [
      { role: 'admin', maxUses: 2 },
      { email: 'x@example.org', maxUses: 2 },
    ]) {
      expect((await admin.post('/api/admin/invitations', wish)).status).toBe(400)
    }
  })

  it('is listed without its link, and the database keeps only a hash of it', async () => {
    const { token } = await invite()
    const listed = JSON.stringify((await admin.get('/api/admin/invitations')).body)
    expect(listed).not.toContain(token)
    expect(
      JSON.stringify(await db().invitation.findMany(), (_key, value) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toContain(token)
  })
})

describe('two registrations of one address at the same moment', () => {
  it('make one person', async () => {
    await setSignup('open')
    const answers = await Promise.all([1, 2, 3, 4].map(() => join(undefined, 'twice@example.org')))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409])
    expect(await db().user.count({ where: { email: 'twice@example.org' } })).toBe(1)
  })
})
