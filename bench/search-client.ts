// Measures inside one process: the application's own functions, its pool of connections, its rules.

import { listEntries } from '../apps/web/src/features/drive/queries.ts'
import { search } from '../apps/web/src/features/search/search.ts'
import { db } from '../apps/web/src/lib/db.ts'
import { gramsOfQuery } from '../apps/web/src/lib/entries/grams.ts'
import { env } from '../apps/web/src/lib/env.ts'
import { OTHER, OWNER } from './search-names.ts'

process.env['NEXTAUTH_SECRET'] ??= 'a secret for nobody'
process.env['CAIRN_TRACKERS'] ??= '127.0.0.1:1'
process.env['CAIRN_KEYS'] ??= '/nonexistent'
env()

const [mode = '', text = '', clients = '1', seconds = '1'] = process.argv.slice(2)
const queries = text.split('|')

async function run(owner: string, query: string): Promise<number> {
  if (mode === 'folder') {
    const folder = owner === OWNER ? 'f0' : 'root'
    const { items } = await listEntries(owner, { folder, sort: 'modified', dir: 'desc' })
    return items.length
  }
  const folder = owner === OWNER ? 'f7' : 'root'
  const { found, more } = await search(owner, { q: query, folder })
  return more ? -found : found
}

// Code is compiled and connections are made with somebody else's data, of which there is none.
for (let i = 0; i < 5; i += 1) for (const query of queries) await run(OTHER, query)

function percentile(times: number[], share: number): string {
  const sorted = times.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1)
}

if (mode === 'cold') {
  const started = performance.now()
  const found = await run(OWNER, text)
  const ms = performance.now() - started
  console.log(`${ms.toFixed(1).padStart(8)} ms, ${found < 0 ? `${-found}+` : found} found`)
} else if (mode === 'plan') {
  await explain()
} else {
  await loop()
}
await db().$disconnect()

async function loop(): Promise<void> {
  const times: number[] = []
  let found = 0
  for (const query of queries) found = await run(OWNER, query)
  const until = performance.now() + 1000 * Number(seconds)
  let turn = 0
  const client = async () => {
    while (performance.now() < until) {
      const query = queries[turn++ % queries.length] ?? ''
      const started = performance.now()
      found = await run(OWNER, query)
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: Number(clients) }, client))
  const rate = Math.round(times.length / Number(seconds))
  const what = mode === 'folder' ? `${found} of a page` : `${found < 0 ? `${-found}+` : found} found`
  console.log(`p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms, ${rate}/s, ${what}`)
}

/** The plan of the statement that reads the index. */
async function explain(): Promise<void> {
  const rows = await db().$queryRaw<Record<string, string>[]>`
    EXPLAIN (ANALYZE, BUFFERS) WITH found AS MATERIALIZED (
      SELECT e.id, e.kind::int, e.name, e.modified_at FROM entry e
      WHERE search_keys(e.owner_id, e.grams) @> search_keys(${OWNER}, ${gramsOfQuery(text)}) AND e.owner_id = ${OWNER}
        AND e.trash_id IS NULL AND e.parent_id IS NOT NULL)
    SELECT id, kind, name, modified_at FROM found LIMIT 500`
  console.log(`plan of ${text}\n${rows.map((row) => `  ${row['QUERY PLAN']}`).join('\n')}`)
}
