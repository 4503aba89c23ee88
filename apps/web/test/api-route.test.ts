import { afterAll, beforeAll, expect, it } from 'vitest'
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
