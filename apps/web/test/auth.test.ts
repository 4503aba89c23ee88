import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'

process.env['CAIRN_ORIGINS'] = 'http://drive.test:3000,https://drive.test'
process.env['CAIRN_TRUSTED_PROXIES'] = '127.0.0.1'
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>

beforeAll(async () => {
  server = await startApiServer()
})
afterAll(() => server.close())

const person = (name: string) => ({ name, email: `${name}@example.org`, password: 'correct horse' })

describe('registration', () => {
  it('makes exactly one administrator when several people register at the same moment', async () => {
    const names = ['ada', 'bo', 'cy', 'di', 'ed', 'fay', 'gus', 'hal']
    const answers = await Promise.all(
      names.map((name) => new Browser(server.url).post('/api/auth/register', person(name))),
    )
    expect(answers.map((answer) => answer.status)).toEqual(names.map(() => 201))
    expect(answers.filter((answer) => answer.body.admin)).toHaveLength(1)
    expect(await db().user.count({ where: { role: 'admin' } })).toBe(1)
  })

  it('gives each person one top folder and a quota', async () => {
    const people = await db().user.findMany({ include: { quota: true, entries: true } })
    for (const { quota, entries } of people) {
      expect(quota?.allowed).toBe(100_000_000_000n)
      expect(entries).toMatchObject([{ parentId: null, kind: 0, name: '' }])
    }
  })

  it('refuses an e-mail that is taken, in any case of its letters', async () => {
    const answer = await new Browser(server.url).post('/api/auth/register', {
      ...person('x'),
      email: ' ADA@example.org',
    })
    expect(answer).toMatchObject({ status: 409, body: { code: 'email_taken', field: 'email' } })
  })

  it('lets nobody go through a list of e-mails', async () => {
    const guesser = new Browser(server.url)
    const guesses = Array.from({ length: 40 }, () => guesser.post('/api/auth/register', person('ada')))
    const codes = (await Promise.all(guesses)).map(({ body }) => body.code)
    expect(codes.filter((code) => code === 'email_taken').length).toBeLessThanOrEqual(30)
    expect(codes.filter((code) => code === 'too_many_attempts').length).toBeGreaterThanOrEqual(10)
    await db().attempt.deleteMany()
  })

  it('names the field that is not valid', async () => {
    const answer = await new Browser(server.url).post('/api/auth/register', { ...person('x'), password: 'short' })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid', field: 'password' } })
  })

  it('is refused from another origin, also from the same site', async () => {
    const fromStorage = new Browser(server.url, { 'Sec-Fetch-Site': 'same-site', Origin: 'http://drive.test:8888' })
    expect(await fromStorage.post('/api/auth/register', person('eve'))).toMatchObject({
      status: 403,
      body: { code: 'cross_site' },
    })
    const oldBrowser = new Browser(server.url, { 'Sec-Fetch-Site': null, Origin: 'http://drive.test:3000' })
    expect((await oldBrowser.post('/api/auth/register', person('old'))).status).toBe(201)
    const nobody = new Browser(server.url, { 'Sec-Fetch-Site': null })
    expect((await nobody.post('/api/auth/register', person('nobody'))).status).toBe(403)
  })
})

describe('signing in', () => {
  it('answers who is signed in, and 401 without a cookie', async () => {
    const browser = new Browser(server.url)
    expect((await browser.get('/api/me')).status).toBe(401)
    await browser.signIn('ada@example.org', 'correct horse')
    expect(await browser.get('/api/me')).toMatchObject({
      status: 200,
      body: { name: 'ada', email: 'ada@example.org', quota: { allowedBytes: 100_000_000_000, usedBytes: 0 } },
    })
  })

  it('names the cookie after the port on http and protects it on https', async () => {
    const plain = new Browser(server.url)
    await plain.signIn('ada@example.org', 'correct horse')
    expect([...plain.cookies.keys()]).toContain('cairn.session.3000')
    const secure = new Browser(server.url, { Host: 'drive.test', 'X-Forwarded-Proto': 'https' })
    await secure.signIn('ada@example.org', 'correct horse')
    expect([...secure.cookies.keys()]).toContain('__Host-cairn.session')
    expect(secure.lastSetCookies.join('\n')).toMatch(
      /__Host-cairn\.session=[^;]+; Path=\/;.*HttpOnly; Secure; SameSite=Lax/,
    )
  })

  it('is not confused by the cookie of another instance whose port starts with ours', async () => {
    const browser = new Browser(server.url)
    await browser.signIn('ada@example.org', 'correct horse')
    browser.cookies.set('cairn.session.30001', 'of another instance')
    expect((await browser.get('/api/auth/session')).body.user.email).toBe('ada@example.org')
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('refuses a wrong password and an unknown e-mail with the same answer', async () => {
    const wrong = await new Browser(server.url).signIn('ada@example.org', 'wrong')
    const unknown = await new Browser(server.url).signIn('nobody@example.org', 'wrong')
    expect(wrong).toMatchObject({ status: 401 })
    expect(wrong.error).toBe('CredentialsSignin')
    expect(unknown).toEqual(wrong)
  })

  it('rests after ten wrong passwords, also when they come at once, and says for how long', async () => {
    const guesses = Array.from({ length: 20 }, (_, i) => new Browser(server.url).signIn('bo@example.org', `guess ${i}`))
    const errors = (await Promise.all(guesses)).map((answer) => answer.error?.split(':')[0])
    expect(errors.filter((error) => error === 'CredentialsSignin')).toHaveLength(10)
    const right = await new Browser(server.url).signIn('bo@example.org', 'correct horse')
    expect(right.error).toMatch(/^too_many_attempts:\d+$/)
    const elsewhere = await new Browser(server.url, { 'X-Forwarded-For': '192.0.2.9' }).signIn(
      'bo@example.org',
      'correct horse',
    )
    expect(elsewhere.error).toBeNull()
  })

  it('takes a network of IPv6 as one address', async () => {
    const from = (ip: string) => new Browser(server.url, { 'X-Forwarded-For': ip })
    const guesses = Array.from({ length: 12 }, (_, i) => from(`2001:db8:7:1::${i}`).signIn('dee@example.org', 'guess'))
    const errors = (await Promise.all(guesses)).map((answer) => answer.error?.split(':')[0])
    expect(errors.filter((error) => error === 'CredentialsSignin')).toHaveLength(10)
    expect((await from('2001:db8:7:2::1').signIn('dee@example.org', 'guess')).error).toBe('CredentialsSignin')
  })

  it('answers nothing under a host name that is not ours', async () => {
    const answer = await new Browser(server.url, { Host: 'evil.test' }).get('/api/auth/csrf')
    expect(answer.status).toBe(400)
  })
})

describe('sessions', () => {
  it('end with signing out: the old cookie is worth nothing', async () => {
    const browser = new Browser(server.url)
    await browser.signIn('cy@example.org', 'correct horse')
    const stolen = browser.copy()
    expect((await stolen.get('/api/me')).status).toBe(200)
    await browser.signOut()
    expect((await browser.get('/api/me')).status).toBe(401)
    expect((await stolen.get('/api/me')).status).toBe(401)
    expect((await stolen.get('/api/auth/session')).body).toEqual({})
  })

  it('can be listed and ended elsewhere, one by one or all others', async () => {
    const [here, phone, laptop] = [new Browser(server.url), new Browser(server.url), new Browser(server.url)]
    for (const browser of [here, phone, laptop]) await browser.signIn('di@example.org', 'correct horse')
    const { sessions } = (await here.get('/api/me/sessions')).body
    expect(sessions).toHaveLength(3)
    expect(sessions.filter((session: { current: boolean }) => session.current)).toHaveLength(1)
    expect((await here.delete('/api/me/sessions')).status).toBe(204)
    expect((await phone.get('/api/me')).status).toBe(401)
    expect((await here.get('/api/me')).status).toBe(200)
  })

  it('of another person cannot be ended', async () => {
    const [mine, theirs] = [new Browser(server.url), new Browser(server.url)]
    await mine.signIn('ed@example.org', 'correct horse')
    await theirs.signIn('fay@example.org', 'correct horse')
    const [session] = (await theirs.get('/api/me/sessions')).body.sessions
    await mine.delete(`/api/me/sessions?id=${session.id}`)
    expect((await theirs.get('/api/me')).status).toBe(200)
  })
})
