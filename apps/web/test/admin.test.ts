import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { runJobs } from '../src/worker/jobs.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson, type Person, signedInBrowser } from './support/people.ts'

await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>
let browser: Browser
let admin: Person

beforeAll(async () => {
  server = await startApiServer()
  // The first person of all is the administrator.
  ;({ browser, person: admin } = await signedInBrowser(server.url))
})
afterAll(() => server.close())

const publicIdOf = async (id: string) => (await db().user.findUniqueOrThrow({ where: { id } })).publicId
const change = async (person: Person, body: unknown) =>
  browser.patch(`/api/admin/people/${await publicIdOf(person.id)}`, body)

/** Every address under /api/admin, with made up parameters. */
function adminAddresses(): string[] {
  const folder = path.join(import.meta.dirname, '../src/app/api/admin')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('route.ts'))
    .map((file) => `/api/admin/${path.dirname(file).replaceAll(/\[\w+\]/g, 'x')}`)
}

describe('who may', () => {
  it('nothing is here for other people, at no address and with no method', async () => {
    const { browser: stranger } = await signedInBrowser(server.url)
    const addresses = adminAddresses()
    expect(addresses.length).toBeGreaterThan(15)
    for (const address of addresses) {
      for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
        const { status } = await stranger.send(
          method,
          address,
          method === 'POST' || method === 'PATCH' ? {} : undefined,
        )
        expect([404, 405], `${method} ${address}`).toContain(status)
      }
    }
  })

  it('who is not signed in hears so', async () => {
    const nobody = new Browser(server.url)
    expect((await nobody.get('/api/admin/people')).status).toBe(401)
  })
})

describe('people', () => {
  it('a changed quota is what the person has from then on, and it is written down', async () => {
    const { browser: theirs, person } = await signedInBrowser(server.url)
    expect((await change(person, { quotaBytes: 10 })).status).toBe(204)
    expect((await theirs.get('/api/me')).body.quota.allowedBytes).toBe(10)
    const line = await db().audit.findFirst({ where: { action: 'person.quota', targetId: person.id } })
    expect(line).toMatchObject({ actorId: admin.id, detail: { to: 10 } })
  })

  it('a disabled person is signed out, cannot come back, and can after being enabled', async () => {
    const { browser: theirs, person } = await signedInBrowser(server.url)
    await change(person, { disabled: true })
    expect((await theirs.get('/api/me')).status).toBe(401)
    const again = new Browser(server.url)
    expect((await again.signIn(person.email, 'correct horse')).error).not.toBeNull()
    await change(person, { disabled: false })
    // The old session does not come back to life.
    expect((await theirs.get('/api/me')).status).toBe(401)
    expect((await again.signIn(person.email, 'correct horse')).error).toBeNull()
  })

  it('the last administrator stays, also when two disable each other at once', async () => {
    expect((await change(admin, { role: 'user' })).body).toMatchObject({ code: 'last_admin' })
    expect((await change(admin, { disabled: true })).body).toMatchObject({ code: 'last_admin' })
    const { browser: others, person: second } = await signedInBrowser(server.url)
    await change(second, { role: 'admin' })
    const [one, two] = [await publicIdOf(admin.id), await publicIdOf(second.id)]
    const answers = await Promise.all([
      browser.patch(`/api/admin/people/${two}`, { role: 'user' }),
      others.patch(`/api/admin/people/${one}`, { role: 'user' }),
    ])
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(await db().user.count({ where: { role: 'admin' } })).toBe(1)
    await db().user.update({ where: { id: admin.id }, data: { role: 'admin' } })
    await db().user.update({ where: { id: second.id }, data: { role: 'user' } })
    await expect.poll(async () => (await browser.get('/api/admin/people')).status).toBe(200)
  })

  it('thousands of people come page by page in every order, each of them once', async () => {
    await db().$executeRaw`
      INSERT INTO person (id, public_id, name, email)
      SELECT 'many' || n, 'many' || n, 'Person ' || (n % 40), 'many' || n || '@example.org' FROM generate_series(1, 3000) n`
    await db().$executeRaw`
      INSERT INTO quota (user_id, allowed, used) SELECT 'many' || n, 1000 * (n % 9), 10 * (n % 9) FROM generate_series(1, 3000) n`
    for (const sort of ['name', 'email', 'quota', 'used', 'role', 'state', 'lastSeen', 'factor', 'created']) {
      for (const dir of ['asc', 'desc']) expect((await threePages(sort, dir)).size, `${sort} ${dir}`).toBe(300)
    }
  })

  /** Ids of the first three pages. */
  async function threePages(sort: string, dir: string): Promise<Set<string>> {
    const ids = new Set<string>()
    let cursor = ''
    for (let page = 0; page < 3; page += 1) {
      const { body } = await browser.get(`/api/admin/people?q=many&sort=${sort}&dir=${dir}${cursor}`)
      expect(body.total).toBe(3000)
      for (const { id } of body.items) ids.add(id)
      cursor = `&cursor=${body.next}`
    }
    return ids
  }

  it('the export has exactly the rows of the filter, and no cell is a formula', async () => {
    const person = await newPerson()
    await db().user.update({ where: { id: person.id }, data: { name: '=HYPERLINK("http://evil")' } })
    const { body } = await browser.get(`/api/admin/people/export?q=${encodeURIComponent('=hyper')}`)
    const lines = body.trim().split('\r\n')
    expect(lines).toHaveLength(2)
    expect(lines[1].startsWith(`"'=HYPERLINK(""http://evil"")",${person.email},user,active`)).toBe(true)
    expect((await browser.get('/api/admin/people/export?q=many')).body.trim().split('\r\n')).toHaveLength(3001)
  })

  it('a made up cursor is refused with a sentence', async () => {
    const answer = await browser.get('/api/admin/people?cursor=abc')
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  })
})

describe('settings', () => {
  it('a change takes effect at once and is written down; the same value again is no change', async () => {
    const first = await browser.patch('/api/admin/settings', { signup: 'closed', uploadMaxBytes: 5 })
    expect(first.body.settings).toMatchObject({ signup: 'closed', uploadMaxBytes: 5 })
    expect((await new Browser(server.url).get('/api/setup')).body).toMatchObject({ signup: 'closed' })
    const items = [{ clientId: '1', folderId: 'root', name: 'a.bin', size: 6 }]
    const { body } = await browser.post('/api/uploads', { items })
    expect(body.items[0].error).toMatchObject({ code: 'too_large' })
    await browser.patch('/api/admin/settings', { signup: 'closed' })
    await browser.patch('/api/admin/settings', { signup: 'open', uploadMaxBytes: null })
    const lines = await db().audit.findMany({ where: { action: 'setting.change' }, orderBy: { id: 'asc' } })
    expect(lines.map(({ targetId, detail }) => [targetId, detail])).toEqual([
      ['signup', { from: 'open', to: 'closed' }],
      ['uploadMaxBytes', { from: null, to: 5 }],
      ['signup', { from: 'closed', to: 'open' }],
      ['uploadMaxBytes', { from: 5, to: null }],
    ])
  })

  it('what it may not be is refused', async () => {
    for (const body of [{ trashDays: 0 }, { signup: 'perhaps' }, { nothing: 1 }]) {
      expect((await browser.patch('/api/admin/settings', body)).status).toBe(400)
    }
  })
})

describe('audit log', () => {
  it('is filtered by action, person, target and day, and exported line by line', async () => {
    const person = await newPerson()
    await change(person, { quotaBytes: 7 })
    const today = new Date().toISOString().slice(0, 10)
    const query = `action=person&person=${encodeURIComponent(admin.email)}&target=somebody&from=${today}&to=${today}`
    const { body } = await browser.get(`/api/admin/audit?${query}`)
    expect(body.items[0]).toMatchObject({ action: 'person.quota', actor: admin.email, target: 'Somebody' })
    const ndjson = (await browser.get(`/api/admin/audit/export?${query}&format=ndjson`)).body.trim().split('\n')
    expect(ndjson).toHaveLength(body.items.length)
    expect(JSON.parse(ndjson[0])).toEqual(body.items[0])
    expect((await browser.get(`/api/admin/audit?action=nothing`)).body.items).toEqual([])
    expect((await browser.get('/api/admin/audit?to=2020-01-01')).body.items).toEqual([])
  })
})

describe('shared links and jobs', () => {
  it('a link of somebody is listed without its token and stops opening', async () => {
    const person = await newPerson()
    await db().share.create({
      data: {
        publicId: 'link1',
        tokenHash: Buffer.alloc(32, 1),
        tokenSealed: Buffer.alloc(40, 1),
        ownerId: person.id,
        title: 'Site photos',
      },
    })
    const { body } = await browser.get('/api/admin/shares?q=site')
    expect(body).toMatchObject({ total: 1, items: [{ title: 'Site photos', owner: person.email, state: 'active' }] })
    expect(JSON.stringify(body)).not.toMatch(/token/i)
    expect((await browser.delete('/api/admin/shares/link1')).status).toBe(204)
    expect((await browser.get('/api/admin/shares?state=off')).body.items).toMatchObject([{ id: 'link1' }])
    expect((await browser.get('/api/admin/shares/export?state=off')).body).toMatch(/Site photos/)
  })

  it('a job that failed goes on when it is tried again, once and not for deletions', async () => {
    const { person } = await signedInBrowser(server.url)
    const failed = (publicId: string, kind: string) =>
      db().job.create({
        data: { publicId, ownerId: person.id, kind, state: 'failed', error: 'quota_exceeded', finishedAt: new Date() },
      })
    await failed('stopped copy', 'copy')
    await failed('stopped deletion', 'delete')
    expect((await browser.post('/api/admin/jobs', { again: 'stopped deletion' })).status).toBe(404)
    expect((await browser.post('/api/admin/jobs', { again: 'stopped copy' })).status).toBe(204)
    expect((await browser.post('/api/admin/jobs', { again: 'stopped copy' })).status).toBe(404)
    await runJobs()
    const { body } = await browser.get('/api/admin/jobs')
    expect(body.jobs.find(({ id }: { id: string }) => id === 'stopped copy')).toMatchObject({
      state: 'done',
      error: null,
    })
  })

  it('queues say how much waits, and what failed last', async () => {
    await db().dfsGarbage.create({
      data: { fileId: 'group1/M00/00/00/x', reason: 'test', attempts: 3, lastError: 'the source is down' },
    })
    const { body } = await browser.get('/api/admin/jobs')
    expect(body.queues).toContainEqual({ name: 'garbage', waiting: 1, failing: 1, lastError: 'the source is down' })
    expect((await browser.post('/api/admin/jobs', { run: 'noSuchTask' })).status).toBe(404)
  })
})
