// `node --import tsx bench/search.mjs [--rows 1000000] [--keep folder]`: how long a search takes among a million entries
// of one person, with a warm and with a cold cache, alone and with 50 at once; and a page of a folder with 100,000.
// Cold: PostgreSQL is started anew, and the kernel drops its cache where it lets us (root on Linux; said if not).
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../scripts/lib/embedded-pg.mjs'
import { prisma, root } from '../scripts/lib/run.mjs'
import { fillWithEntries } from './search-names.ts'

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, keep: { type: 'string' }, cold: { type: 'string' } },
})
const folder = values.keep ?? mkdtempSync(path.join(tmpdir(), 'cairn-bench-search-'))
mkdirSync(folder, { recursive: true })
const queries = [
  '潮位',
  'chaowei',
  'cwgc',
  '报告',
  '.jp',
  'img_48213',
  'report type:document >1MB',
  'survey in:here',
  '水',
]

async function startServer() {
  return await startEmbeddedPostgres({
    stateDir: path.join(folder, 'pg'),
    database: 'bench',
    settings: { max_wal_size: '4GB', shared_buffers: '256MB' },
  })
}

async function prepare() {
  const server = await startServer()
  await prisma(['migrate', 'deploy'], { DATABASE_URL: server.url })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await fillWithEntries(client, Number(values.rows))
  await client.end()
  await server.stop()
}

function dropKernelCache() {
  try {
    execFileSync('sync')
    writeFileSync('/proc/sys/vm/drop_caches', '3')
    return true
  } catch {
    return false
  }
}

/**
 * The measuring process: the application's own search against this server.
 * @param {string} url
 * @param {string[]} args
 */
async function measure(url, args) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'bench/search-client.ts'), ...args], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`the measurement ended with ${code}`)
  return output.trim()
}

await prepare()
console.log('cold: first search after a start of PostgreSQL')
for (const query of queries) {
  const dropped = dropKernelCache()
  const server = await startServer()
  console.log(
    `  ${query.padEnd(28)} ${await measure(server.url, ['cold', query])}${dropped ? '' : ' (kernel cache kept)'}`,
  )
  await server.stop()
}
const server = await startServer()
console.log('warm, 1 client')
for (const query of queries)
  console.log(`  ${query.padEnd(28)} ${await measure(server.url, ['warm', query, '1', '5'])}`)
console.log('warm, 50 clients, all queries in turn')
console.log(`  ${await measure(server.url, ['warm', queries.join('|'), '50', '15'])}`)
console.log(`  folder page                  ${await measure(server.url, ['folder', '', '50', '10'])}`)
console.log(await measure(server.url, ['plan', '潮位']))
console.log(await measure(server.url, ['plan', '报告']))
await server.stop()
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true })
