// What holds for every route there is: found in the tree, so that a new one cannot be forgotten.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson, signedInBrowser } from './support/people.ts'

await freshDatabase()
const APP = path.join(import.meta.dirname, '../src/app')
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** What anybody may call without being signed in, and why. */
const PUBLIC: Record<string, string> = {
  '/api/auth/[...nextauth]': 'signing in itself',
  '/api/auth/register': 'makes the account; the rules of sign-up decide',
  '/api/auth/reset': 'who forgot the password cannot sign in',
  '/api/auth/reset/confirm': 'the token of the link decides',
  '/api/auth/email': 'the token of the link decides',
  '/api/setup': 'says only whether there is anybody yet, and who may come in',
  '/api/s/open': 'visitors of a share: the link and its code decide',
  '/api/s/[id]': 'visitors of a share: the cookie of an opened link decides',
  '/api/s/[id]/entries': 'visitors of a share',
  '/api/s/[id]/entries/[entry]/preview': 'visitors of a share',
  '/api/s/[id]/entries/[entry]/empty': 'visitors of a share',
  '/api/s/[id]/download': 'visitors of a share',
  '/r': 'renews a ticket: authentic ones only, for their owner by the session or a visitor by the cookie of a link',
  '/metrics': 'read by monitoring, which has no session: where it asks from, or its word, decides',
  '/api/zip/[id]': 'visitors of a share take ZIPs too: the list belongs to a person or to an opened link',
}

/** What may change something although the request comes from elsewhere. Nothing may. */
const CROSS_SITE: Record<string, string> = {}

interface Route {
  pattern: string
  method: (typeof METHODS)[number]
  url: string
}

async function findRoutes(): Promise<Route[]> {
  const files = readdirSync(APP, { recursive: true, encoding: 'utf8' }).filter((file) => /(^|\/)route\.ts$/.test(file))
  const routes = await Promise.all(
    files.map(async (file) => {
      const module: Record<string, unknown> = await import(path.join(APP, file))
      const pattern = `/${path.dirname(file)}`.replaceAll(/\/\([^)]*\)/g, '')
      const url = pattern.replaceAll(/\[[^\]]*\]/g, '0123456789abcdefghjk')
      return METHODS.filter((method) => method in module).map((method) => ({ pattern, method, url }))
    }),
  )
  return routes.flat()
}

let server: Awaited<ReturnType<typeof startApiServer>>
let routes: Route[]
let signedIn: Browser

beforeAll(async () => {
  server = await startApiServer()
  routes = await findRoutes()
  // The first person is administrator; this one is not.
  await newPerson()
  signedIn = (await signedInBrowser(server.url)).browser
})
afterAll(() => server.close())

/** The answers that are not as they must be, as "POST /api/x: 200". */
async function wrongAnswers(of: readonly Route[], browser: () => Browser, ...expected: number[]): Promise<string[]> {
  const wrong: string[] = []
  for (const { method, url, pattern } of of) {
    const { status } = await browser().send(method, url, method === 'GET' || method === 'DELETE' ? undefined : {})
    if (!expected.includes(status)) wrong.push(`${method} ${pattern}: ${status}`)
  }
  return wrong
}

function withHeaders(headers: Record<string, string | null>): Browser {
  const browser = new Browser(server.url, headers)
  for (const [name, value] of signedIn.cookies) browser.cookies.set(name, value)
  return browser
}

describe('every route that changes something', () => {
  const unsafe = () => routes.filter(({ method, pattern }) => method !== 'GET' && !(pattern in CROSS_SITE))

  it('refuses a request of another site, with the cookies of somebody who is signed in', async () => {
    const foreign = () => withHeaders({ 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test' })
    expect(await wrongAnswers(unsafe(), foreign, 403)).toEqual([])
  })

  it('refuses a request of a page on a storage, which is the same site', async () => {
    const storage = () => withHeaders({ 'Sec-Fetch-Site': 'same-site', Origin: 'http://drive.test:8888' })
    expect(await wrongAnswers(unsafe(), storage, 403)).toEqual([])
  })

  it('refuses a foreign, an opaque and no origin from browsers that do not say Sec-Fetch-Site', async () => {
    for (const Origin of ['http://drive.test:8888', 'null', null]) {
      expect(await wrongAnswers(unsafe(), () => withHeaders({ 'Sec-Fetch-Site': null, Origin }), 403)).toEqual([])
    }
  })

  it('is none that a link or a form can reach by GET with a method in its query', async () => {
    const answer = await withHeaders({}).get('/api/me/sessions?_method=DELETE&method=DELETE')
    expect(answer).toMatchObject({ status: 200, body: { sessions: [{ current: true }] } })
  })
})

describe('every route', () => {
  it('answers 401 to who is not signed in, but for those that are listed with a reason', async () => {
    const guarded = routes.filter(({ pattern }) => !(pattern in PUBLIC))
    expect(await wrongAnswers(guarded, () => new Browser(server.url), 401)).toEqual([])
  })

  it('of the administration is refused to who is no administrator', async () => {
    const ofAdmins = routes.filter(({ pattern }) => pattern.startsWith('/api/admin/'))
    expect(ofAdmins.length).toBeGreaterThan(0)
    expect(await wrongAnswers(ofAdmins, () => signedIn, 403, 404)).toEqual([])
  })

  it('that is listed exists', () => {
    const patterns = new Set(routes.map(({ pattern }) => pattern))
    expect(Object.keys({ ...PUBLIC, ...CROSS_SITE }).filter((pattern) => !patterns.has(pattern))).toEqual([])
  })
})
