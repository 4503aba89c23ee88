import { Agent, request } from 'node:http'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ApiError } from '../src/lib/api-error.ts'
import { errorBody, errorResponse } from '../src/lib/api-route.ts'
import { db } from '../src/lib/db.ts'
import { log } from '../src/lib/log.ts'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { signedInBrowser } from './support/people.ts'

await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>

beforeAll(async () => {
  server = await startApiServer()
})
afterAll(() => server.close())

it('a refusal is application/problem+json whose detail is a sentence', async () => {
  const answer = await new Browser(server.url).get('/api/me')
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.body).toEqual({
    type: 'urn:cairn:problem:signed_out',
    title: 'Unauthorized',
    status: 401,
    detail: 'Sign in first.',
    code: 'signed_out',
    message: 'Sign in first.',
  })
})

it('a refused input is named, and the numbers of the refusal travel beside the sentence', async () => {
  const { browser } = await signedInBrowser(server.url)
  const name = 'n'.repeat(300)
  const answer = await browser.post('/api/drive/folders', { parentId: 'root', name })
  expect(answer.body).toMatchObject({ status: 400, code: 'name_too_long', field: 'name', values: { bytesOver: 45 } })
  expect(typeof answer.body.detail).toBe('string')
})

it('JSON over 4 MiB is refused before it is parsed, whatever its length is said to be', async () => {
  const { browser } = await signedInBrowser(server.url)
  const answer = await browser.post('/api/drive/folders', { parentId: 'root', name: 'n'.repeat(4 * 1024 * 1024) })
  expect(answer).toMatchObject({ status: 413, body: { code: 'too_large' } })
})

it('the connection of a refused body that was too long answers the next request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (method: string, path: string, body?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { Host: 'drive.test:3000', 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' }
      const outgoing = request(`${server.url}${path}`, { method, headers, agent }, (incoming) => {
        incoming.resume().on('end', () => resolve(incoming.statusCode))
      })
      outgoing.on('error', reject).end(body)
    })
  expect(await ask('POST', '/api/auth/register', 'n'.repeat(5 * 1024 * 1024))).toBe(413)
  expect(await ask('GET', '/api/setup')).toBe(200)
  agent.destroy()
})

it('a database without a connection to spare is a reason to wait, for a request and for an item of many', async () => {
  let release = (): void => undefined
  const done = new Promise<void>((resolve) => {
    release = resolve
  })
  const holders = Array.from({ length: 10 }, () => db().$transaction(() => done, { maxWait: 60_000 }))
  const late = db().$transaction((tx) => tx.$queryRaw`SELECT 1`, { maxWait: 100 })
  const error: unknown = await late.catch((reason: unknown) => reason)
  release()
  await Promise.all(holders)
  const answer = errorResponse(error)
  expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5'])
  expect(await answer.json()).toMatchObject({ status: 503, code: 'busy', values: { retryAfterSeconds: 5 } })
  expect(errorBody(error)).toMatchObject({ code: 'busy' })
})

it('an error that answers many files of a batch is one line of the log', () => {
  const lines = vi.spyOn(log(), 'error').mockImplementation(() => undefined)
  const full = new ApiError('no_room', 'No storage has room.')
  for (const error of [full, full, new ApiError('no_room', 'No storage has room.'), full]) {
    expect(errorBody(error)).toEqual({ code: 'no_room', message: 'No storage has room.' })
  }
  expect(lines).toHaveBeenCalledTimes(2)
  lines.mockRestore()
})

it('U+0000, which no text of the database can have, is refused wherever it stands', async () => {
  const { browser } = await signedInBrowser(server.url)
  const refused = { status: 400, body: { code: 'invalid' } }
  expect(await browser.get('/api/search?q=a%00b')).toMatchObject(refused)
  expect(await browser.get('/api/zip/%00')).toMatchObject(refused)
  expect(await browser.patch('/api/me', { name: 'a\u0000b' })).toMatchObject(refused)
  expect(await browser.patch('/api/me', { name: 'a\\\u0000b' })).toMatchObject(refused)
  expect((await browser.patch('/api/me', { name: 'a\\u0000b' })).status).toBe(204)
  expect((await browser.get('/api/me')).body.name).toBe('a\\u0000b')
})

it('what next-auth is not asked for under our name is a problem too', async () => {
  const elsewhere = await new Browser(server.url, { Host: 'evil.test' }).get('/api/auth/csrf')
  expect(elsewhere.headers['content-type']).toBe('application/problem+json')
  expect(elsewhere.body).toMatchObject({ status: 400, code: 'bad_request' })
})

it('also at the door: too much, no JSON and no form are refused', async () => {
  const door = new Browser(server.url)
  const path = '/api/auth/callback/credentials'
  expect(await door.post(path, { email: 'a'.repeat(4 * 1024 * 1024) })).toMatchObject({ status: 413 })
  expect(await door.post(path, ['a'])).toMatchObject({ status: 400, body: { code: 'invalid' } })
})
