// `node --import tsx bench/drive.mjs [--rows 1000000] [--keep folder]`: how long pages and searches take in a drive with a
// million entries of one person, one of whose folders has 100,000: with a cold and with a warm cache, alone and with 50 at
// once. Cold: PostgreSQL is started anew, and the kernel drops its cache where it lets us (root on Linux; said if not).
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../scripts/lib/embedded-pg.mjs'
import { prisma, root } from '../scripts/lib/run.mjs'
import { fillWithEntries } from './drive-rows.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    keep: { type: 'string' },
    seconds: { type: 'string', default: '5' },
  },
})
const folder = values.keep ?? mkdtempSync(path.join(tmpdir(), 'cairn-bench-drive-'))
mkdirSync(folder, { recursive: true })
const pages = [
  'folder',
  'top folder',
  'category image',
  'recent',
  'favourites',
  'tag',
  'trash',
  'link',
  'link top',
  'link folder',
]
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
 * The measuring process: the application's own route handlers against this server.
 * @param {string} url
 * @param {string[]} args
 */
async function measure(url, args) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'bench/drive-client.ts'), ...args], {
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

/** @param {string[]} names */
async function cold(names) {
  for (const name of names) {
    const dropped = dropKernelCache()
    const server = await startServer()
    const line = await measure(server.url, ['cold', name])
    console.log(`  ${name.padEnd(28)} ${line}${dropped ? '' : ' (kernel cache kept)'}`)
    await server.stop()
  }
}

/**
 * @param {string} url
 * @param {string[]} names
 * @param {string} clients
 */
async function warm(url, names, clients) {
  for (const name of names)
    console.log(`  ${name.padEnd(28)} ${await measure(url, ['warm', name, clients, values.seconds])}`)
}

await prepare()
console.log('cold: the first one after a start of PostgreSQL')
await cold([...pages, ...queries])
const server = await startServer()
console.log('warm, 1 client')
await warm(server.url, [...pages, ...queries], '1')
console.log('warm, 50 clients')
await warm(server.url, pages, '50')
console.log(
  `  ${'all searches in turn'.padEnd(28)} ${await measure(server.url, ['warm', queries.join('|'), '50', '15'])}`,
)
for (const query of ['潮位', '报告']) console.log(await measure(server.url, ['plan', query]))
await server.stop()
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true })
