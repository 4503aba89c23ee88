import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../../../scripts/lib/embedded-pg.mjs'
import { prisma } from '../../../../scripts/lib/run.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** A database with all migrations, to be copied by each test file. */
    templateUrl: string
  }
}

// A crash of the machine may cost a test its database; a faster test is worth more.
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 200 }

/** One PostgreSQL server for all files of a run, with the real migrations applied by the real command. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cairn-test-pg-'))
  const server = await startEmbeddedPostgres({
    stateDir: path.join(folder, 'pg'),
    database: 'template',
    settings: SETTINGS,
  })
  const generated = path.join(import.meta.dirname, '../../src/generated/prisma/client.ts')
  if (!existsSync(generated)) await prisma(['generate'])
  await prisma(['migrate', 'deploy'], { DATABASE_URL: server.url })
  project.provide('templateUrl', server.url)
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    if (server.movedTo) rmSync(server.movedTo, { recursive: true, force: true })
  }
}
