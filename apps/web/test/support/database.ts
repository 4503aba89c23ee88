import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { db } from '../../src/lib/db.ts'
import { log } from '../../src/lib/log.ts'

async function asAdmin(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const url = new URL(inject('templateUrl'))
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** A fresh database for the test file that calls this at its top; `db()` and `env()` then use it. Returns its URL. */
export async function freshDatabase(): Promise<string> {
  const template = new URL(inject('templateUrl'))
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`))
  const url = new URL(template)
  url.pathname = `/${name}`
  process.env['DATABASE_URL'] = url.href
  process.env['NEXTAUTH_SECRET'] ??= 'a secret that only tests know'
  process.env['CAIRN_TRACKERS'] ??= '127.0.0.1:1'
  process.env['CAIRN_KEYS'] ??= '/nonexistent/master.json'
  process.env['CAIRN_ORIGINS'] ??= 'http://drive.test:3000'
  log().level = 'fatal'
  afterAll(async () => {
    await db().$disconnect()
    await asAdmin((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))
  })
  return url.href
}
