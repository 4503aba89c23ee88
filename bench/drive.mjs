// `node --import tsx bench/drive.mjs [--rows 1000000] [--people 1] [--keep folder] [--part cold]`: how long pages and
// searches take in a drive with a million entries of one person, one of whose folders has 100,000: with a cold and with a
// warm cache, alone and with 50 at once. Cold: PostgreSQL is started anew, and the kernel forgets what it had read
// (cold-cache.ts). Parts: cold, warm, crowd (50 at once), plans; all of them where none is named.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedPostgres } from '../scripts/lib/embedded-pg.mjs'
import { prisma, root } from '../scripts/lib/run.mjs'
import { bytesFromDisk, dropKernelCache, msPerColdPage } from './cold-cache.ts'
import { fillWithEntries } from './drive-rows.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    people: { type: 'string', default: '1' },
    keep: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    part: { type: 'string', multiple: true, default: ['cold', 'warm', 'crowd', 'plans'] },
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
  'largest files',
]
const queries = [
  '潮位',
  'chaowei',
  'cwgc',
  '报告',
  'sjt',
  'harbour',
  '.jp',
  'img_48213',
  '水',
  '潮位 type:image >20MB',
  '报告 after:2026-11',
  'harbour tag:tides',
  'report type:document >1MB',
  'survey in:here',
  'type:folder',
  '>49MB after:2026-11',
]

/** @param {{ settings?: Record<string, string>, log?: (text: string) => void }} [options] */
async function startServer({ settings = {}, ...rest } = {}) {
  return await startEmbeddedPostgres({
    stateDir: path.join(folder, 'pg'),
    database: 'bench',
    settings: { max_wal_size: '4GB', shared_buffers: '256MB', ...settings },
    ...rest,
  })
}

async function prepare() {
  const server = await startServer()
  await prisma(['migrate', 'deploy'], { DATABASE_URL: server.url })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await fillWithEntries(client, { rows: Number(values.rows), people: Number(values.people) })
  await client.end()
  await server.stop()
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

/**
 * What a server that has just started takes for anything: for a connection, and for what it must read about a table before
 * it can plan. The cold times below have this behind them; their process is connected and has asked for somebody else.
 */
async function firstConnection() {
  dropKernelCache(folder)
  const server = await startServer()
  const client = new pg.Client({ connectionString: server.url })
  const steps = {
    'first connection': () => client.connect(),
    'SELECT 1': () => client.query('SELECT 1'),
    'first plan over entries': () => client.query("SELECT id FROM entry WHERE public_id = ''"),
    'the same again': () => client.query("SELECT id FROM entry WHERE public_id = ''"),
  }
  console.log('a server that has just started')
  for (const [name, step] of Object.entries(steps)) {
    const [before, started] = [bytesFromDisk(server.pid), performance.now()]
    await step()
    const ms = (performance.now() - started).toFixed(1).padStart(8)
    const after = bytesFromDisk(server.pid)
    const read = before === undefined || after === undefined ? '' : `${((after - before) / 1e6).toFixed(1)} MB read`
    console.log(`  ${name.padEnd(28)} ${ms} ms  ${read.padStart(12)}`)
  }
  await client.end()
  await server.stop()
}

/** @param {string[]} names */
async function cold(names) {
  const dropped = dropKernelCache(folder) ? 'the kernel forgot its files' : 'the kernel kept its cache of them'
  console.log(`cold: PostgreSQL started anew, ${dropped}`)
  console.log(`  ${msPerColdPage(folder).toFixed(2)} ms for one page of 8 KB from the disk, one after the other`)
  for (const name of names) {
    dropKernelCache(folder)
    const server = await startServer()
    console.log(`  ${name.padEnd(28)} ${await measure(server.url, ['cold', name, String(server.pid)])}`)
    await server.stop()
  }
}

/**
 * The plans of the statements that read the search index, as PostgreSQL writes them into its log.
 * @param {string[]} names
 */
async function plans(names) {
  for (const name of names) {
    dropKernelCache(folder)
    let log = ''
    const server = await startServer({
      settings: {
        session_preload_libraries: 'auto_explain',
        'auto_explain.log_min_duration': '0',
        'auto_explain.log_analyze': 'on',
        'auto_explain.log_buffers': 'on',
        'auto_explain.log_parameter_max_length': '0',
      },
      log: (text) => {
        log += text
      },
    })
    await measure(server.url, ['cold', name, String(server.pid)])
    await server.stop()
    const statements = log.split(/^(?=\S)/m).filter((line) => line.includes('Scan on entry_search'))
    console.log(`plans of ${name}\n${statements.slice(-2).join('')}`)
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

/** @param {string} url */
async function crowd(url) {
  console.log('warm, 50 clients')
  await warm(url, pages, '50')
  const searches = await measure(url, ['warm', queries.join('|'), '50', String(3 * Number(values.seconds))])
  console.log(`  ${'all searches in turn'.padEnd(28)} ${searches}`)
}

/** @param {string} part */
const wants = (part) => values.part.includes(part)

await prepare()
if (wants('cold')) {
  await firstConnection()
  await cold([...pages, ...queries])
}
const server = await startServer()
if (wants('warm')) {
  console.log('warm, 1 client')
  await warm(server.url, [...pages, ...queries], '1')
}
if (wants('crowd')) await crowd(server.url)
await server.stop()
if (wants('plans')) await plans(['潮位', '报告 after:2026-11'])
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true })
