// `npm run seed`: a drive to look at, with a file of every kind and a folder of 100,000, in the drive of `npm start`.
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from './lib/embedded-pg.mjs'
import { PlainError, printError } from './lib/plain-error.mjs'
import { step } from './lib/report.mjs'
import { root } from './lib/run.mjs'
import { DriveClient } from './seed/drive-client.mjs'
import { addManyEntries } from './seed/many-entries.mjs'
import { sampleFiles } from './seed/sample-files.mjs'

const FOLDER = 'Gauge archive'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: `http://localhost:${process.env.CAIRN_PORT ?? 3000}` },
    email: { type: 'string', default: 'demo@example.org' },
    password: { type: 'string', default: 'a long walk to the sea' },
    entries: { type: 'string', default: '100000' },
  },
})

async function main() {
  const count = Number(values.entries)
  if (!Number.isSafeInteger(count) || count < 0) throw new PlainError('--entries must be a whole number.')
  const drive = new DriveClient(values.url)
  await step('person', async () => {
    const me = await drive.enter({ name: 'Demo', email: values.email, password: values.password }).catch(notRunning)
    return me.email
  })
  await step('sample files', async () => {
    const files = await sampleFiles()
    await drive.upload(files, () => undefined)
    return `${files.length} files`
  })
  if (count > 0) await step(`folder of ${count.toLocaleString('en')}`, () => fillFolder(drive, count))
  console.log(`\n  Sign in at ${values.url} as ${values.email} with the password “${values.password}”.\n`)
}

async function fillFolder(drive, count) {
  const listed = await drive.get('/api/drive/entries?folder=root')
  const folderId =
    listed.items.find(({ name, kind }) => name === FOLDER && kind === 'folder')?.id ??
    (await drive.post('/api/drive/folders', { parentId: 'root', name: FOLDER })).id
  const client = new pg.Client({ connectionString: await databaseUrl() })
  await client.connect()
  try {
    const { rows } = await client.query('SELECT id, owner_id FROM entry WHERE public_id = $1', [folderId])
    const [folder] = rows
    if (folder === undefined)
      throw new PlainError(
        'This database is not the one of that drive. Set DATABASE_URL or CAIRN_DATA as for npm start.',
      )
    const templates = await client.query(
      'SELECT name, size, category, blob_id FROM entry WHERE owner_id = $1 AND kind = 1 AND trash_id IS NULL AND parent_id <> $2 AND size > 0 ORDER BY id LIMIT 100',
      [folder.owner_id, folder.id],
    )
    let made = 0
    await addManyEntries({
      client,
      ownerId: folder.owner_id,
      folder,
      templates: templates.rows,
      count,
      onProgress: (total) => {
        made = total
      },
    })
    await client.query('ANALYZE entry')
    return made === 0 ? 'there already' : 'made'
  } finally {
    await client.end()
  }
}

async function databaseUrl() {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL
  const stateDir = path.join(process.env.CAIRN_DATA ?? path.join(root, '.cairn'), 'pg')
  const embedded = await startEmbeddedPostgres({ stateDir })
  if (embedded.reused) return embedded.url
  await embedded.stop()
  throw new PlainError('The database is not running. Start the drive first: npm start')
}

function notRunning(error) {
  if (error instanceof TypeError)
    throw new PlainError(`Nothing answers at ${values.url}. Start the drive first: npm start`)
  throw error
}

try {
  await main()
} catch (error) {
  printError(error)
  process.exitCode = 1
}
