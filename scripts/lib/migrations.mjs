// `prisma migrate deploy` takes seconds even when there is nothing to do; looking takes milliseconds.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { runQuietly } from './quiet-run.mjs'
import { prismaEnv, root } from './run.mjs'

const FOLDER = path.join(root, 'prisma/migrations')
/** SQLSTATEs of a database, and of a table, that is not there yet. */
const MISSING = ['3D000', '42P01']

/** Name and checksum of every migration in the tree, as Prisma records them. */
function wantedMigrations() {
  const names = fs.readdirSync(FOLDER).filter((name) => fs.existsSync(path.join(FOLDER, name, 'migration.sql')))
  return names.map((name) => {
    const sql = fs.readFileSync(path.join(FOLDER, name, 'migration.sql'))
    return `${name} ${createHash('sha256').update(sql).digest('hex')}`
  })
}

/** Every migration that was applied to the end. */
async function appliedMigrations(url) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    const { rows } = await client.query(
      `SELECT migration_name || ' ' || checksum AS migration FROM _prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    )
    return new Set(rows.map(({ migration }) => migration))
  } catch (error) {
    if (MISSING.includes(error.code)) return new Set()
    throw error
  } finally {
    await client.end()
  }
}

/** Brings the tables up to date. */
export async function migrate(url) {
  const applied = await appliedMigrations(url)
  if (wantedMigrations().every((migration) => applied.has(migration))) return
  const cli = path.join(root, 'node_modules/prisma/build/index.js')
  await runQuietly(process.execPath, [cli, 'migrate', 'deploy'], { env: { ...prismaEnv, DATABASE_URL: url } })
}
