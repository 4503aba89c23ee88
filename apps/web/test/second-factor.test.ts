import { generate } from 'otplib'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson, type Person, signedInBrowser } from './support/people.ts'

process.env['CAIRN_TRUSTED_PROXIES'] = '127.0.0.1'
await freshDatabase()
const PASSWORD = 'correct horse'
const STEP_SECONDS = 30
let server: Awaited<ReturnType<typeof startApiServer>>
let person: Person
let browser: Browser
let secret: string
let codes: string[]

beforeAll(async () => {
  server = await startApiServer()
  await newPerson()
})
afterAll(async () => {
  vi.useRealTimers()
  await server.close()
})

beforeEach(async () => {
  // The clock stands: no code gets old between the moment it is made and the moment it is read.
  const step = STEP_SECONDS * 1000
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(vi.getRealSystemTime() / step) * step })
  ;({ browser, person } = await signedInBrowser(server.url))
  const started = await browser.post('/api/me/authenticator', { password: PASSWORD })
  secret = started.body.secret
  // Enrolled with the code of the step before, so that the present one is still unused.
  const confirmed = await browser.post('/api/me/authenticator/confirm', { code: await codeAt(-1) })
  codes = confirmed.body.codes
})

const codeAt = (steps: number) => generate({ secret, epoch: Math.floor(Date.now() / 1000) + steps * STEP_SECONDS })

/** The token that the right password is answered with. */
async function firstStep(door = new Browser(server.url)): Promise<string> {
  const { error } = await door.signIn(person.email, PASSWORD)
  expect(error).toMatch(/^second_factor:/)
  return error?.slice('second_factor:'.length) ?? ''
}

describe('an authenticator', () => {
  it('is asked for after the right password, and its code opens', async () => {
    const door = new Browser(server.url)
    const token = await firstStep(door)
    expect((await door.get('/api/me')).status).toBe(401)
    expect((await door.signInByCode(token, await codeAt(0))).error).toBeNull()
    expect((await door.get('/api/me')).body).toMatchObject({ email: person.email })
  })

  it('says nothing to who does not know the password', async () => {
    expect((await new Browser(server.url).signIn(person.email, 'wrong')).error).toBe('CredentialsSignin')
  })

  it('takes each code once, also when two come at the same moment', async () => {
    const code = await codeAt(0)
    const doors = await Promise.all(
      [0, 1, 2].map(async () => ({ door: new Browser(server.url), token: await firstStep() })),
    )
    const answers = await Promise.all(doors.map(({ door, token }) => door.signInByCode(token, code)))
    expect(answers.map(({ error }) => error).sort()).toEqual([null, 'wrong_code', 'wrong_code'])
  })

  it('forgives one step of clock difference and no more', async () => {
    expect((await new Browser(server.url).signInByCode(await firstStep(), await codeAt(3))).error).toBe('wrong_code')
    expect((await new Browser(server.url).signInByCode(await firstStep(), await codeAt(1))).error).toBeNull()
    // Older than the last that was taken.
    expect((await new Browser(server.url).signInByCode(await firstStep(), await codeAt(0))).error).toBe('wrong_code')
  })

  it('is kept encrypted, for its owner alone', async () => {
    const { secret: sealed } = await db().totp.findUniqueOrThrow({ where: { userId: person.id } })
    expect(Buffer.from(sealed).toString('latin1')).not.toContain(secret)
    const other = (await signedInBrowser(server.url)).person
    await db().totp.create({ data: { userId: other.id, secret: sealed, confirmedAt: new Date() } })
    const token = (await new Browser(server.url).signIn(other.email, PASSWORD)).error?.split(':')[1] ?? ''
    expect((await new Browser(server.url).signInByCode(token, await codeAt(0))).error).toBe('wrong_code')
  })

  it('counts only once a code of it was seen', async () => {
    const { browser: other, person: owner } = await signedInBrowser(server.url)
    await other.post('/api/me/authenticator', { password: PASSWORD })
    expect((await new Browser(server.url).signIn(owner.email, PASSWORD)).error).toBeNull()
    const wrong = await other.post('/api/me/authenticator/confirm', { code: '000000' })
    expect(wrong).toMatchObject({ status: 403, body: { code: 'code_wrong', field: 'code' } })
  })

  it('cannot be set up, renewed or removed by who found an open browser', async () => {
    const wrong = { status: 403, body: { code: 'wrong_password', field: 'password' } }
    const other = (await signedInBrowser(server.url)).browser
    expect(await other.post('/api/me/authenticator', { password: 'a guess' })).toMatchObject(wrong)
    expect(await browser.post('/api/me/recovery-codes', { password: 'a guess' })).toMatchObject(wrong)
    const remove = { password: 'a guess', code: await codeAt(0) }
    expect(await browser.post('/api/me/authenticator/remove', remove)).toMatchObject(wrong)
    const noCode = await browser.post('/api/me/authenticator/remove', { password: PASSWORD, code: '000000' })
    expect(noCode).toMatchObject({ status: 403, body: { code: 'code_wrong' } })
    expect((await browser.get('/api/me/security')).body.authenticator).toMatchObject({ recoveryCodesLeft: 10 })
  })

  it('that was removed is not asked for', async () => {
    const body = { password: PASSWORD, code: await codeAt(0) }
    expect((await browser.post('/api/me/authenticator/remove', body)).status).toBe(204)
    expect((await browser.get('/api/me/security')).body).toMatchObject({ authenticatorRemovedAt: null })
    expect((await new Browser(server.url).signIn(person.email, PASSWORD)).error).toBeNull()
  })
})

describe('an administrator', () => {
  it('takes an authenticator away from who lost it, and nobody else does', async () => {
    const { publicId } = await db().user.findUniqueOrThrow({ where: { id: person.id } })
    const path = `/api/admin/people/${publicId}/authenticator`
    expect((await browser.delete(path)).status).toBe(404)
    const first = await db().user.findFirstOrThrow({ where: { role: 'admin' } })
    const admin = new Browser(server.url)
    await admin.signIn(first.email, PASSWORD)
    expect((await admin.delete(path)).status).toBe(204)
    expect((await new Browser(server.url).signIn(person.email, PASSWORD)).error).toBeNull()
    expect((await admin.delete(path)).status).toBe(404)
    const { body } = await admin.get(`/api/admin/audit?action=authenticator.remove`)
    expect(body.items[0]).toMatchObject({ actor: first.email })
    // No mail tells the person: their own page does.
    const security = (await browser.get('/api/me/security')).body
    expect(security).toMatchObject({ authenticator: null, authenticatorRemovedAt: body.items[0].at })
  })
})

describe('recovery codes', () => {
  it('open once each, however they are typed', async () => {
    const [first = '', second = ''] = codes
    const typed = first.toUpperCase().replace('-', ' ')
    expect((await new Browser(server.url).signInByCode(await firstStep(), typed)).error).toBeNull()
    expect((await new Browser(server.url).signInByCode(await firstStep(), first)).error).toBe('wrong_code')
    expect((await new Browser(server.url).signInByCode(await firstStep(), second)).error).toBeNull()
    expect((await browser.get('/api/me/security')).body.authenticator.recoveryCodesLeft).toBe(8)
  })

  it('are worth nothing after new ones were made', async () => {
    const renewed = await browser.post('/api/me/recovery-codes', { password: PASSWORD })
    expect(new Set([...renewed.body.codes, ...codes]).size).toBe(20)
    expect((await new Browser(server.url).signInByCode(await firstStep(), codes[0] ?? '')).error).toBe('wrong_code')
    const [fresh] = renewed.body.codes
    expect((await new Browser(server.url).signInByCode(await firstStep(), fresh)).error).toBeNull()
  })
})

describe('guessing codes', () => {
  it('rests after five wrong ones from one address, also when they come at once', async () => {
    const token = await firstStep()
    const guesses = Array.from({ length: 12 }, (_, n) =>
      new Browser(server.url).signInByCode(token, String(100_000 + n)),
    )
    const errors = (await Promise.all(guesses)).map(({ error }) => error?.split(':')[0])
    expect(errors.filter((error) => error === 'wrong_code')).toHaveLength(5)
    const right = await new Browser(server.url).signInByCode(token, await codeAt(0))
    expect(right.error).toMatch(/^too_many_attempts:\d+$/)
  })

  it('rests after twenty from anywhere', async () => {
    const token = await firstStep()
    const from = (n: number) => new Browser(server.url, { 'X-Forwarded-For': `192.0.2.${n}` })
    for (let n = 0; n < 20; n += 1) await from(n).signInByCode(token, '000000')
    expect((await from(99).signInByCode(token, await codeAt(0))).error).toMatch(/^too_many_attempts:\d+$/)
  })

  it('needs the token of a right password, which nobody else can make and which a new password ends', async () => {
    const token = await firstStep()
    const changed = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`
    for (const forged of ['x', changed, 'A'.repeat(200)]) {
      expect((await new Browser(server.url).signInByCode(forged, await codeAt(0))).error).toBe('too_late')
    }
    await browser.post('/api/me/password', { current: PASSWORD, password: 'another horse entirely' })
    expect((await new Browser(server.url).signInByCode(token, await codeAt(0))).error).toBe('too_late')
  })
})
