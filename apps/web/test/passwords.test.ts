import { hash } from '@node-rs/argon2'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createResetLink } from '../src/features/auth/reset.ts'
import { isRightSecret } from '../src/lib/account/slow-hash.ts'
import { db } from '../src/lib/db.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson, signedInBrowser } from './support/people.ts'

const PASSWORD = 'correct horse'
const mails: { to: string; text: string }[] = []
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData: (stream, session, done) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8')
      const [head = '', body = ''] = [raw.slice(0, raw.indexOf('\r\n\r\n')), raw.slice(raw.indexOf('\r\n\r\n'))]
      const to = session.envelope.rcptTo[0]?.address ?? ''
      mails.push({ to, text: head.includes('base64') ? Buffer.from(body, 'base64').toString('utf8') : body })
      done()
    })
  },
})
await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
const address = smtp.server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
process.env['CAIRN_SMTP_URL'] = `smtp://127.0.0.1:${port}`
process.env['CAIRN_TRUSTED_PROXIES'] = '127.0.0.1'
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>

beforeAll(async () => {
  server = await startApiServer()
  await newPerson()
})
afterAll(async () => {
  await server.close()
  await new Promise<void>((resolve) => smtp.close(resolve))
})

/** The link in the newest mail to this address, once it has come. */
async function mailedLink(to: string): Promise<string> {
  await expect.poll(() => mails.findLast((mail) => mail.to === to)?.text).toMatch(/http:\/\/\S+/)
  return /http:\/\/\S+/.exec(mails.findLast((mail) => mail.to === to)?.text ?? '')?.[0] ?? ''
}
const tokenOf = (link: string) => link.slice(link.lastIndexOf('/') + 1)
const confirm = (token: string, password: string) =>
  new Browser(server.url).post('/api/auth/reset/confirm', { token, password })

describe('changing a password', () => {
  it('asks for the old one and ends every other session', async () => {
    const { browser, person } = await signedInBrowser(server.url)
    const elsewhere = new Browser(server.url)
    await elsewhere.signIn(person.email, PASSWORD)
    const wrong = await browser.post('/api/me/password', { current: 'a guess', password: 'a new long one' })
    expect(wrong).toMatchObject({ status: 403, body: { code: 'wrong_password', field: 'current' } })
    expect((await elsewhere.get('/api/me')).status).toBe(200)
    const right = await browser.post('/api/me/password', { current: PASSWORD, password: 'a new long one' })
    expect(right.status).toBe(204)
    expect((await elsewhere.get('/api/me')).status).toBe(401)
    expect((await browser.get('/api/me')).status).toBe(200)
    expect((await new Browser(server.url).signIn(person.email, PASSWORD)).error).toBe('CredentialsSignin')
    expect((await new Browser(server.url).signIn(person.email, 'a new long one')).error).toBeNull()
  })

  it('rests after ten wrong old ones', async () => {
    const { browser } = await signedInBrowser(server.url)
    const guess = () => browser.post('/api/me/password', { current: 'a guess', password: 'a new long one' })
    const answers = await Promise.all(Array.from({ length: 12 }, guess))
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10)
    const resting = answers.find(({ status }) => status === 429)
    expect(Number(resting?.headers['retry-after'])).toBeGreaterThan(600)
  })

  it('refuses what guessers try first, and what they know of this person', async () => {
    const { browser, person } = await signedInBrowser(server.url)
    for (const password of ['password1', 'qwertyuiop', 'iloveyou1', '12345678', 'aaaaaaaaaa', person.email]) {
      const answer = await browser.post('/api/me/password', { current: PASSWORD, password })
      expect(answer).toMatchObject({ status: 400, body: { code: 'password_common', field: 'password' } })
    }
  })
})

describe('a stored password', () => {
  it('is Argon2id with 19 MiB, two passes and one lane', async () => {
    const { id } = await newPerson()
    const { passwordHash } = await db().user.findUniqueOrThrow({ where: { id } })
    expect(passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('of older parameters is hashed anew at the next sign-in', async () => {
    const { id, email } = await newPerson()
    const old = await hash(PASSWORD, { algorithm: 2, memoryCost: 8192, timeCost: 1, parallelism: 1 })
    await db().user.update({ where: { id }, data: { passwordHash: old } })
    expect((await new Browser(server.url).signIn(email, 'wrong')).error).toBe('CredentialsSignin')
    expect((await new Browser(server.url).signIn(email, PASSWORD)).error).toBeNull()
    const { passwordHash } = await db().user.findUniqueOrThrow({ where: { id } })
    expect(passwordHash).toMatch(/m=19456,t=2,p=1\$/)
    expect((await new Browser(server.url).signIn(email, PASSWORD)).error).toBeNull()
  })

  it('that nobody has takes as long to refuse as one that somebody has', async () => {
    const { passwordHash } = await db().user.findFirstOrThrow({ where: { passwordHash: { not: null } } })
    const timeOf = async (stored: string | null) => {
      const startedAt = performance.now()
      expect(await isRightSecret('wrong', stored)).toBe(false)
      return performance.now() - startedAt
    }
    // By turns, and the fastest of each: what a busy machine adds is no difference between the two.
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    const ratio = () => Math.max(known, unknown) / Math.min(known, unknown)
    for (let n = 0; n < 15 || (n < 200 && ratio() >= 2); n += 1) {
      known = Math.min(known, await timeOf(passwordHash))
      unknown = Math.min(unknown, await timeOf(null))
    }
    expect(ratio()).toBeLessThan(2)
  })
})

describe('a forgotten password', () => {
  it('is answered the same whether anybody has the address', async () => {
    const { email } = await newPerson()
    const known = await new Browser(server.url).post('/api/auth/reset', { email })
    const unknown = await new Browser(server.url).post('/api/auth/reset', { email: 'nobody@example.org' })
    expect([known.status, known.body]).toEqual([202, {}])
    expect([unknown.status, unknown.body]).toEqual([202, {}])
    await mailedLink(email)
    expect(mails.filter(({ to }) => to === 'nobody@example.org')).toEqual([])
  })

  it('is replaced by a link that works once and signs out everywhere', async () => {
    const { browser, person } = await signedInBrowser(server.url)
    await new Browser(server.url).post('/api/auth/reset', { email: person.email })
    const link = await mailedLink(person.email)
    expect(link).toMatch(/^http:\/\/drive\.test:3000\/reset\/[\w-]{43}$/)
    expect((await confirm(tokenOf(link), 'password1')).body.code).toBe('password_common')
    const passwords = Array.from({ length: 6 }, (_, n) => `a new long one ${n}`)
    const answers = await Promise.all(passwords.map((password) => confirm(tokenOf(link), password)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410, 410, 410, 410])
    expect((await browser.get('/api/me')).status).toBe(401)
    const password = passwords[answers.findIndex(({ status }) => status === 204)] ?? ''
    expect((await new Browser(server.url).signIn(person.email, password)).error).toBeNull()
    expect((await confirm(tokenOf(link), 'once more, please')).body.code).toBe('link_gone')
  })

  it('has one link at a time, of an hour, which the database knows only as a hash', async () => {
    const { id, email } = await newPerson()
    const older = tokenOf(await createResetLink(db(), id))
    const newer = tokenOf(await createResetLink(db(), id))
    expect((await confirm(older, 'a first new one')).body.code).toBe('link_gone')
    const rows = await db().oneTimeLink.findMany({ where: { userId: id } })
    expect(JSON.stringify(rows.map((row) => [...row.tokenHash]))).not.toContain(JSON.stringify([...Buffer.from(newer)]))
    await db().oneTimeLink.updateMany({ where: { userId: id }, data: { expiresAt: new Date(Date.now() - 1000) } })
    expect((await confirm(newer, 'a first new one')).body.code).toBe('link_gone')
    expect((await new Browser(server.url).signIn(email, PASSWORD)).error).toBeNull()
  })

  it('fills nobody’s mailbox: three mails an hour, ten questions in a quarter from one address', async () => {
    const { email } = await newPerson()
    const from = (ip: string) => new Browser(server.url, { 'X-Forwarded-For': ip }).post('/api/auth/reset', { email })
    for (let n = 0; n < 6; n += 1) expect((await from(`192.0.2.${n}`)).status).toBe(202)
    const other = (await newPerson()).email
    await new Browser(server.url, { 'X-Forwarded-For': '192.0.2.50' }).post('/api/auth/reset', { email: other })
    await mailedLink(other)
    expect(mails.filter(({ to }) => to === email).length).toBeLessThanOrEqual(3)
    for (let n = 0; n < 10; n += 1) await from('192.0.2.99')
    expect((await from('192.0.2.99')).status).toBe(429)
  })

  it('is not sent to a host that the request made up', async () => {
    const { email } = await newPerson()
    const forged = new Browser(server.url, { Host: 'evil.test', 'X-Forwarded-Host': 'evil.test' })
    expect((await forged.post('/api/auth/reset', { email })).status).toBe(400)
    expect(mails.filter(({ to }) => to === email)).toEqual([])
  })
})

describe('another e-mail', () => {
  it('counts once its owner answered, and only with the password', async () => {
    const { browser, person } = await signedInBrowser(server.url)
    const email = `new.${person.email}`
    expect((await browser.post('/api/me/email', { email, password: 'a guess' })).status).toBe(403)
    expect((await browser.post('/api/me/email', { email, password: PASSWORD })).body).toEqual({ confirm: true })
    expect((await browser.get('/api/me')).body.email).toBe(person.email)
    const token = tokenOf(await mailedLink(email))
    expect((await new Browser(server.url).post('/api/auth/email', { token })).status).toBe(204)
    expect((await browser.get('/api/me')).body.email).toBe(email)
    expect((await new Browser(server.url).post('/api/auth/email', { token })).body.code).toBe('link_gone')
  })

  it('asked for before the password was changed does not come any more', async () => {
    const { browser, person } = await signedInBrowser(server.url)
    for (const change of ['changed', 'reset']) {
      const email = `${change}.${person.email}`
      await browser.post('/api/me/email', { email, password: PASSWORD })
      const token = tokenOf(await mailedLink(email))
      const reset = tokenOf(await createResetLink(db(), person.id))
      if (change === 'reset') expect((await confirm(reset, 'another long one')).status).toBe(204)
      else await browser.post('/api/me/password', { current: PASSWORD, password: PASSWORD })
      expect((await new Browser(server.url).post('/api/auth/email', { token })).body.code).toBe('link_gone')
    }
    expect((await db().user.findUniqueOrThrow({ where: { id: person.id } })).email).toBe(person.email)
  })

  it('ends what was mailed to the old one', async () => {
    const { browser, person } = await signedInBrowser(server.url)
    await new Browser(server.url).post('/api/auth/reset', { email: person.email })
    const reset = tokenOf(await mailedLink(person.email))
    const email = `later.${person.email}`
    await browser.post('/api/me/email', { email, password: PASSWORD })
    const token = tokenOf(await mailedLink(email))
    expect((await new Browser(server.url).post('/api/auth/email', { token })).status).toBe(204)
    expect((await confirm(reset, 'a new long one')).body.code).toBe('link_gone')
  })

  it('is mailed five times an hour, by one person and to one address', async () => {
    const [first, second] = [await signedInBrowser(server.url), await signedInBrowser(server.url)]
    const ask = async (browser: Browser, email: string) =>
      (await browser.post('/api/me/email', { email, password: PASSWORD })).status
    const mailbox = `mailbox.${first.person.email}`
    for (let n = 0; n < 5; n += 1) expect(await ask(first.browser, mailbox)).toBe(200)
    expect(await ask(first.browser, `other.${mailbox}`)).toBe(429)
    expect(await ask(second.browser, mailbox)).toBe(429)
    expect(await ask(second.browser, `other.${mailbox}`)).toBe(200)
    expect(mails.filter(({ to }) => to === mailbox)).toHaveLength(5)
  })

  it('of somebody else is refused when it is confirmed', async () => {
    const { browser } = await signedInBrowser(server.url)
    const { email } = await newPerson()
    await browser.post('/api/me/email', { email, password: PASSWORD })
    const token = tokenOf(await mailedLink(email))
    const answer = await new Browser(server.url).post('/api/auth/email', { token })
    expect(answer).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    // What was refused was not used up.
    await db().user.update({ where: { email }, data: { email: `moved.${email}` } })
    expect((await new Browser(server.url).post('/api/auth/email', { token })).status).toBe(204)
  })
})
