import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { db } from '../../src/lib/db.ts'
import { log } from '../../src/lib/log.ts'

const COPY_ATTEMPTS = 60
const COPY_PAUSE_MS = 500

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

/** PostgreSQL copies a database only while nobody looks at it, and another test file may look at the template. */
async function copyTemplate(client: pg.Client, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
      return
    } catch (error) {
      const isLookedAt = error instanceof pg.DatabaseError && error.code === '55006'
      if (!isLookedAt || attempt === COPY_ATTEMPTS) throw error
      await delay(COPY_PAUSE_MS)
    }
  }
}

/** A fresh database for the test file that calls this at its top; `db()` and `env()` then use it. Returns its URL. */
export async function freshDatabase(): Promise<string> {
  const template = new URL(inject('templateUrl'))
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin((client) => copyTemplate(client, name, template.pathname.slice(1)))
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
