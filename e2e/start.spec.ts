import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import pg from 'pg'
import { freePorts, requireFreePorts } from '../scripts/lib/ports.mjs'
import { readSettings } from '../scripts/lib/settings.mjs'
import { StartProcess } from './start-process.ts'

test.describe.configure({ mode: 'serial', timeout: 180_000 })

let env: Record<string, string>

test.beforeAll(async () => {
  const [web, tracker, trackerHttp, tcp1, tcp2, http1, http2] = await freePorts(7)
  env = {
    CAIRN_DATA: fs.mkdtempSync(path.join(os.tmpdir(), 'cairn-start-')),
    CAIRN_PORT: String(web),
    CAIRN_TRACKER_PORT: String(tracker),
    CAIRN_TRACKER_HTTP_PORT: String(trackerHttp),
    CAIRN_STORAGE_PORTS: `${tcp1},${tcp2}`,
    CAIRN_STORAGE_HTTP_PORTS: `${http1},${http2}`,
  }
})

test.afterAll(() => {
  fs.rmSync(env['CAIRN_DATA'] ?? '', { recursive: true, force: true })
})

test('the first start ends at an address that answers, and SIGTERM ends it with 0', async ({ request }) => {
  const start = new StartProcess(env)
  await start.running()
  expect((await request.get(`http://localhost:${env['CAIRN_PORT']}/sign-in`)).status()).toBe(200)
  start.signal('SIGTERM')
  expect(await start.ended()).toBe(0)
  await requireFreePorts(readSettings(env).ports)
})

test('a second start on the same data says where the first one is; Ctrl-C ends the first with 0', async () => {
  const first = new StartProcess(env)
  await first.running()
  // What makes it take seconds and not minutes.
  expect(first.output).toMatch(/dependencies +[\d.]+ s +unchanged/)
  expect(first.output).toMatch(/build +[\d.]+ s +unchanged/)
  const second = new StartProcess(env)
  expect(await second.ended()).toBe(1)
  expect(second.output.trim()).toContain(
    `already runs on ${env['CAIRN_DATA']} at http://localhost:${env['CAIRN_PORT']}`,
  )
  expect(second.output.trim().split('\n')).toHaveLength(1)
  first.signal('SIGINT')
  expect(await first.ended()).toBe(0)
})

test('kill -9 of a start leaves nothing that blocks the next', async () => {
  const killed = new StartProcess(env)
  await killed.running()
  killed.signal('SIGKILL')
  await killed.ended()
  const next = new StartProcess(env)
  await next.running()
  next.signal('SIGHUP')
  expect(await next.ended()).toBe(0)
  await requireFreePorts(readSettings(env).ports)
})

test('a database that ended is started again, and the drive goes on with it', async ({ request }) => {
  const start = new StartProcess(env)
  await start.running()
  const [, moved] = /its data is in (\S+)/.exec(start.output) ?? []
  const folder = moved ?? path.join(env['CAIRN_DATA'] ?? '', 'pg')
  const textOf = (name: string) => fs.readFileSync(path.join(folder, name), 'utf8')
  process.kill(Number(textOf('data/postmaster.pid').split('\n')[0]), 'SIGKILL')
  await expect.poll(() => start.output, { timeout: 60_000 }).toContain('the database ended; starting it again')
  const url = `http://localhost:${env['CAIRN_PORT']}/api/setup`
  await expect.poll(async () => (await request.get(url)).status(), { timeout: 60_000 }).toBe(200)
  // The worker waits for jobs there again, whether it came through or was started anew.
  const database = `postgresql://postgres:${textOf('password').trim()}@127.0.0.1:${textOf('port').trim()}/cairn`
  const waiting = async () => {
    const client = new pg.Client({ connectionString: database })
    await client.connect()
    const { rows } = await client.query(`SELECT 1 FROM pg_stat_activity WHERE query ILIKE 'listen%jobs:insert%'`)
    await client.end()
    return rows.length
  }
  await expect.poll(waiting, { timeout: 60_000 }).toBe(1)
  start.signal('SIGTERM')
  expect(await start.ended()).toBe(0)
  await requireFreePorts(readSettings(env).ports)
})

test('a busy port is named in one line with the variable that changes it', async () => {
  const server = net.createServer().listen(Number(env['CAIRN_PORT']), '127.0.0.1')
  const start = new StartProcess(env)
  expect(await start.ended()).toBe(1)
  server.close()
  expect(start.output.trim()).toMatch(
    new RegExp(
      `^Cannot start: port ${env['CAIRN_PORT']} \\(web\\) is in use: change CAIRN_PORT, for example CAIRN_PORT=\\d+\\.$`,
    ),
  )
})

test('a cluster that does not answer is refused in one sentence', async () => {
  const [nobody] = await freePorts(1)
  const keys = path.join(env['CAIRN_DATA'] ?? '', 'secrets', 'master.json')
  const start = new StartProcess({ ...env, CAIRN_TRACKERS: `127.0.0.1:${nobody}`, CAIRN_KEYS: keys })
  expect(await start.ended()).toBe(1)
  expect(start.output).toContain(`CAIRN_TRACKERS: no tracker answers at 127.0.0.1:${nobody}`)
})
