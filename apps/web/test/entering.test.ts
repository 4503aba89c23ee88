import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson, signedInBrowser } from './support/people.ts'

const [OLD, NEW] = ['correct horse', 'a new long one']
process.env['CAIRN_TRUSTED_PROXIES'] = '127.0.0.1'
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>

beforeAll(async () => {
  server = await startApiServer()
  await newPerson()
})
afterAll(() => server.close())

async function waiting(): Promise<number> {
  const [row] = await db().$queryRaw<[{ n: number }]>`
    SELECT count(DISTINCT a.pid)::int AS n FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()`
  return row.n
}

/** Somebody comes in with the old password while another one is being set: the old one was right when it was compared. */
async function enterWhileChanging() {
  const { browser, person } = await signedInBrowser(server.url)
  await new Browser(server.url).signIn(person.email, OLD)
  const late = new Browser(server.url)
  const [changed, entered] = await db().$transaction(async (tx) => {
    // The change of the password has written the new one and stands before the sessions.
    await tx.$queryRaw`SELECT 1 FROM session WHERE user_id = ${person.id} FOR UPDATE`
    const changing = browser.post('/api/me/password', { current: OLD, password: NEW })
    await expect.poll(waiting).toBe(1)
    const entering = late.signIn(person.email, OLD)
    await Promise.race([entering, expect.poll(waiting).toBe(2)])
    return [changing, entering].map((pending) => ({ pending }))
  })
  expect(await changed?.pending).toMatchObject({ status: 204 })
  return { person, late, entered: await entered?.pending }
}

it('who comes in with the old password while another one is set is out when it is', async () => {
  const { late, entered } = await enterWhileChanging()
  expect(entered).toMatchObject({ error: 'CredentialsSignin' })
  expect((await late.get('/api/me')).status).toBe(401)
})

it('an old password that is hashed anew does not come back over one that was set meanwhile', async () => {
  const person = await newPerson()
  const outdated = await hash(OLD, { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1 })
  await db().user.update({ where: { id: person.id }, data: { passwordHash: outdated } })
  const { entering } = await db().$transaction(async (tx) => {
    await tx.user.update({ where: { id: person.id }, data: { passwordHash: 'another one' } })
    const pending = { entering: new Browser(server.url).signIn(person.email, OLD) }
    await expect.poll(waiting).toBe(1)
    return pending
  })
  expect(await entering).toMatchObject({ error: 'CredentialsSignin' })
  const { passwordHash } = await db().user.findUniqueOrThrow({ where: { id: person.id } })
  expect(passwordHash).toBe('another one')
})
