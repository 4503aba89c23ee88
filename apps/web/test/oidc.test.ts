import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createInvitation } from '../src/features/account/invitations.ts'
import { newInvitationSchema } from '../src/features/account/schema.ts'
import { signInErrors } from '../src/lib/account/account-rules.ts'
import { createOneTimeLink } from '../src/lib/account/one-time-links.ts'
import { db } from '../src/lib/db.ts'
import { newPublicId } from '../src/lib/public-id.ts'
import { forgetSettings, writeSetting } from '../src/lib/settings.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { type Issuer, startIssuer } from './support/oidc-issuer.ts'
import { newPerson, signedInBrowser } from './support/people.ts'

const ORIGIN = 'http://drive.test:3000'
const issuer: Issuer = await startIssuer(`${ORIGIN}/api/auth/callback/oidc`)
process.env['CAIRN_OIDC_ISSUER'] = issuer.url
process.env['CAIRN_OIDC_CLIENT_ID'] = issuer.clientId
process.env['CAIRN_OIDC_CLIENT_SECRET'] = issuer.clientSecret
process.env['CAIRN_OIDC_NAME'] = 'Example ID'
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>

beforeAll(async () => {
  server = await startApiServer()
  await newPerson()
})
afterAll(async () => {
  await server.close()
  await issuer.close()
})
beforeEach(async () => {
  const sub = newPublicId()
  issuer.person = { sub, email: `${sub}@example.org`, email_verified: true, name: 'Ines Issuer' }
  await setSignup('open')
})

async function setSignup(signup: 'open' | 'invitation' | 'closed'): Promise<void> {
  await writeSetting(db(), 'signup', signup, null)
  forgetSettings()
}

/** From our page to the issuer and back to our callback: the address with the code, which nobody has opened yet. */
async function leaveAndComeBack(browser: Browser): Promise<string> {
  const { csrfToken } = (await browser.get('/api/auth/csrf')).body
  const { url } = (await browser.post('/api/auth/signin/oidc', { csrfToken, callbackUrl: '/drive', json: 'true' })).body
  const cookies = new Map<string, string>()
  let next: string = url
  while (!next.startsWith(ORIGIN)) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`the issuer answered ${answer.status}: ${await answer.text()}`)
    next = new URL(location, next).href
  }
  return next.slice(ORIGIN.length)
}

/** Signs in; the address to which our callback leads. */
async function signIn(browser: Browser): Promise<string> {
  const answer = await browser.get(await leaveAndComeBack(browser))
  return String(answer.headers['location'])
}

const errorOf = (location: string) => new URL(location, ORIGIN).searchParams.get('error')

describe('a sign-in service', () => {
  it('makes a person with a top folder and a quota at the first sign-in, and knows them at the second', async () => {
    const browser = new Browser(server.url)
    expect(await signIn(browser)).toBe(`${ORIGIN}/drive`)
    const { body } = await browser.get('/api/me')
    expect(body).toMatchObject({ name: 'Ines Issuer', email: issuer.person.email, role: 'user' })
    expect(body.quota.allowedBytes).toBe(100_000_000_000)
    expect((await browser.get('/api/drive/entries?folder=root')).status).toBe(200)
    const again = new Browser(server.url)
    await signIn(again)
    expect((await again.get('/api/me')).body.id).toBe(body.id)
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('opens no account for an address that it does not vouch for', async () => {
    for (const email_verified of [false, undefined]) {
      const { sub, email } = issuer.person
      issuer.person = {
        sub: `${sub}${email_verified}`,
        ...(email ? { email } : {}),
        ...(email_verified === false ? { email_verified } : {}),
      }
      const browser = new Browser(server.url)
      expect(errorOf(await signIn(browser))).toBe('email_unproven')
      expect((await browser.get('/api/me')).status).toBe(401)
    }
    expect(await db().user.findUnique({ where: { email: issuer.person.email ?? '' } })).toBeNull()
  })

  it('does not open the account of an address that somebody has here without vouching for it', async () => {
    const { email } = await newPerson()
    issuer.person = { ...issuer.person, email, email_verified: false }
    expect(errorOf(await signIn(new Browser(server.url)))).toBe('email_unproven')
  })

  it('opens an account that was made here, and ends what was waiting there without proof of the address', async () => {
    const { browser: squatter, person } = await signedInBrowser(server.url)
    const email = `squatter.${person.email}`
    const token = await createOneTimeLink(db(), person.id, { purpose: 'email', email })
    const { id } = (await squatter.post('/api/drive/folders', { parentId: 'root', name: 'Documents' })).body
    const options = { withCode: false, allowDownload: true, expiresAt: null, maxDownloads: null, maxViews: null }
    const { share } = (await squatter.post('/api/shares', { ids: [id], ...options })).body
    issuer.person = { ...issuer.person, email: person.email }
    const owner = new Browser(server.url)
    await signIn(owner)
    expect((await owner.get('/api/me')).body.email).toBe(person.email)
    await expect.poll(async () => (await squatter.get('/api/me')).status).toBe(401)
    expect((await new Browser(server.url).signIn(person.email, 'correct horse')).error).toBe('CredentialsSignin')
    expect((await new Browser(server.url).post('/api/auth/email', { token })).body.code).toBe('link_gone')
    expect((await owner.get('/api/shares')).body.shares).toMatchObject([{ id: share.id, state: 'revoked' }])
  })

  it('leaves the password of who had proven the address', async () => {
    const { email, id } = await newPerson()
    await db().user.update({ where: { id }, data: { emailVerified: new Date() } })
    issuer.person = { ...issuer.person, email }
    await signIn(new Browser(server.url))
    expect((await new Browser(server.url).signIn(email, 'correct horse')).error).toBeNull()
  })

  it('follows the rules of sign-up: closed, by invitation', async () => {
    await setSignup('closed')
    expect(errorOf(await signIn(new Browser(server.url)))).toBe('signup_closed')
    await setSignup('invitation')
    expect(errorOf(await signIn(new Browser(server.url)))).toBe('signup_closed')
    const admin = await db().user.findFirstOrThrow({ where: { role: 'admin' } })
    const wish = newInvitationSchema.parse({ email: issuer.person.email, quotaBytes: 5000 })
    await createInvitation(db(), { id: admin.id }, wish)
    const browser = new Browser(server.url)
    await signIn(browser)
    expect((await browser.get('/api/me')).body.quota.allowedBytes).toBe(5000)
  })

  it('does not open a disabled account', async () => {
    await signIn(new Browser(server.url))
    await db().user.update({ where: { email: issuer.person.email ?? '' }, data: { disabledAt: new Date() } })
    const browser = new Browser(server.url)
    expect(errorOf(await signIn(browser))).toBe('account_disabled')
    expect((await browser.get('/api/me')).status).toBe(401)
  })

  it('replaces whoever was signed in on this browser, and links nothing to them', async () => {
    const { browser, person } = await signedInBrowser(server.url)
    const before = browser.copy()
    await signIn(browser)
    expect((await browser.get('/api/me')).body.email).toBe(issuer.person.email)
    expect((await before.get('/api/me')).status).toBe(401)
    expect(await db().account.count({ where: { userId: person.id } })).toBe(0)
  })
})

describe('what comes back from a sign-in service', () => {
  it('opens nothing in a browser that did not leave for it', async () => {
    const victim = new Browser(server.url)
    const answer = await victim.get(await leaveAndComeBack(new Browser(server.url)))
    expect(errorOf(String(answer.headers['location']))).toBe('OAuthCallback')
    expect((await victim.get('/api/me')).status).toBe(401)
  })

  it('opens nothing with another state, another verifier or another nonce', async () => {
    for (const cookie of ['state', 'pkce', 'nonce']) {
      const [browser, other] = [new Browser(server.url), new Browser(server.url)]
      const path = await leaveAndComeBack(browser)
      await leaveAndComeBack(other)
      const name = `cairn.${cookie}.3000`
      browser.cookies.set(name, other.cookies.get(name) ?? '')
      const answer = await browser.get(path)
      expect(errorOf(String(answer.headers['location']))).toBe('OAuthCallback')
    }
  })

  it('opens once', async () => {
    const browser = new Browser(server.url)
    const path = await leaveAndComeBack(browser)
    const twin = browser.copy()
    await browser.get(path)
    expect(errorOf(String((await twin.get(path)).headers['location']))).toBe('OAuthCallback')
  })

  it('leads to no other site', async () => {
    const browser = new Browser(server.url)
    const { csrfToken } = (await browser.get('/api/auth/csrf')).body
    for (const callbackUrl of ['https://evil.test/', '//evil.test', `${ORIGIN}.evil.test/`]) {
      await browser.post('/api/auth/signin/oidc', { csrfToken, callbackUrl, json: 'true' })
      const location = await signIn(browser)
      expect(new URL(location).origin).toBe(ORIGIN)
    }
  })
})

// The last one here: it ends the issuer for good.
describe('a sign-in service that is down', () => {
  it('leads back to our page, which says so and knows where the person wanted to go', async () => {
    await issuer.close()
    const browser = new Browser(server.url)
    const { csrfToken } = (await browser.get('/api/auth/csrf')).body
    const asked = { csrfToken, callbackUrl: '/drive/abc', json: 'true' }
    let place = new URL((await browser.post('/api/auth/signin/oidc', asked)).body.url)
    while (place.pathname.startsWith('/api/')) {
      const { headers } = await browser.get(place.pathname + place.search)
      place = new URL(String(headers['location']), ORIGIN)
    }
    const { pathname, searchParams } = place
    expect([pathname, searchParams.get('error')]).toEqual(['/sign-in', signInErrors.oidcUnreachable])
    expect(searchParams.get('callbackUrl')).toBe(`${ORIGIN}/drive/abc`)
  })
})
