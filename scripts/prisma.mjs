// `npm run prisma -- migrate dev --name x`: the Prisma CLI on DATABASE_URL, else on the embedded database.
import path from 'node:path'
import { startEmbeddedPostgres } from './lib/embedded-pg.mjs'
import { prisma, root } from './lib/run.mjs'

const stateDir = path.join(process.env.CAIRN_DATA ?? path.join(root, '.cairn'), 'pg')
const embedded = process.env.DATABASE_URL ? undefined : await startEmbeddedPostgres({ stateDir })
try {
  await prisma(process.argv.slice(2), { DATABASE_URL: process.env.DATABASE_URL ?? embedded.url })
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  if (embedded && !embedded.reused) await embedded.stop()
}
