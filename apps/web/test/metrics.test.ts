import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApiServer } from './support/api-server.ts'
import { Browser } from './support/browser.ts'
import { freshDatabase } from './support/database.ts'
import { signedInBrowser } from './support/people.ts'

process.env['CAIRN_METRICS_TOKEN'] = 'a token for Prometheus'
await freshDatabase()
let server: Awaited<ReturnType<typeof startApiServer>>

beforeAll(async () => {
  server = await startApiServer()
})
afterAll(() => server.close())

const scrape = async (headers: Record<string, string>) => await new Browser(server.url, headers).get('/metrics')

it('answers are counted by the first part of their address, and queues by their length', async () => {
  const { browser } = await signedInBrowser(server.url)
  await browser.get('/api/me')
  await browser.get('/api/me')
  const { status, body } = await scrape({})
  expect(status).toBe(200)
  expect(body).toMatch(/cairn_web_request_seconds_count\{group="me",method="GET",status="200"\} 2/)
  expect(body).toMatch(/cairn_web_queue_items\{queue="garbage"\} 0/)
  expect(body).toMatch(/cairn_web_database_connections\{state="active"\} \d/)
  expect(body).toMatch(/nodejs_eventloop_lag_p99_seconds/)
})

it('what came through a proxy is not from this machine, unless it has the token', async () => {
  expect((await scrape({ 'X-Forwarded-For': '203.0.113.9' })).status).toBe(404)
  expect((await scrape({ Forwarded: 'for=203.0.113.9' })).status).toBe(404)
  expect((await scrape({ Authorization: 'Bearer a token for somebody' })).status).toBe(404)
  const known = { 'X-Forwarded-For': '203.0.113.9', Authorization: 'Bearer a token for Prometheus' }
  expect((await scrape(known)).status).toBe(200)
})
