// Measures inside one process: the application's own route handlers as Next calls them, each request with a cookie.

import { createRequire } from 'node:module'
import { GET as listLargest } from '../apps/web/src/app/api/admin/capacity/largest/route.ts'
import { GET as listEntries } from '../apps/web/src/app/api/drive/entries/route.ts'
import { GET as listShared } from '../apps/web/src/app/api/s/[id]/entries/route.ts'
import { GET as describeShare } from '../apps/web/src/app/api/s/[id]/route.ts'
import { GET as search } from '../apps/web/src/app/api/search/route.ts'
import { startSession } from '../apps/web/src/features/auth/session.ts'
import { newVisitor, visitorCookies } from '../apps/web/src/features/shares/server/visitor.ts'
import { db } from '../apps/web/src/lib/db.ts'
import { env } from '../apps/web/src/lib/env.ts'
import { log } from '../apps/web/src/lib/log.ts'
import { cookieNames } from '../apps/web/src/lib/own-origin.ts'
import { bytesFromDisk } from './cold-cache.ts'
import { folderOf, OTHER, OWNER } from './drive-rows.ts'

// next-auth belongs to the application alone.
const { encode } = createRequire(import.meta.resolve('../apps/web/package.json'))('next-auth/jwt') as {
  encode: (claims: { token: { sid: string }; secret: string }) => Promise<string>
}

const ORIGIN = 'http://drive.test:3000'
process.env['NEXTAUTH_SECRET'] ??= 'a secret for nobody'
process.env['CAIRN_TRACKERS'] ??= '127.0.0.1:1'
process.env['CAIRN_KEYS'] ??= '/nonexistent'
process.env['CAIRN_ORIGINS'] ??= ORIGIN
env()
log().level = 'fatal'

const [mode = '', text = '', ...rest] = process.argv.slice(2)
const pages = text.split('|')

interface Page {
  path: string
  route: typeof listEntries
  /** Of the address, as Next takes it from the path. */
  id?: string
}

const LISTS: Record<string, string> = {
  'top folder': 'root',
  recent: '~recent',
  favourites: '~favourites',
  tag: '~tag.{owner}-tag',
  'category image': '~category.image',
  trash: '~trash',
}

/** A page of the drive by the name that the report gives it; everything else is searched for. */
function pageOf(owner: string, name: string): Page {
  const folder = folderOf(owner)
  const list = LISTS[name]?.replace('{owner}', owner)
  if (name === 'folder') return { path: `/drive/entries?folder=${folder}&sort=modified&dir=desc`, route: listEntries }
  if (list !== undefined) return { path: `/drive/entries?folder=${list}&sort=modified&dir=desc`, route: listEntries }
  const id = `${owner}-link`
  if (name === 'largest files') return { path: '/admin/capacity/largest?kind=files', route: listLargest }
  if (name === 'link') return { path: `/s/${id}`, route: describeShare, id }
  if (name === 'link top') return { path: `/s/${id}/entries`, route: listShared, id }
  if (name === 'link folder') return { path: `/s/${id}/entries?folder=${folder}`, route: listShared, id }
  return { path: `/search?q=${encodeURIComponent(name)}&folder=${owner === OWNER ? 'f1' : 'root'}`, route: search }
}

async function cookiesOf(owner: string): Promise<string> {
  const sid = await startSession({ id: owner }, { userAgent: 'bench', ip: '127.0.0.1' })
  if (sid === null) throw new Error(`${owner} cannot sign in`)
  const session = await encode({ token: { sid }, secret: env().secret })
  const [visit = ''] = visitorCookies(new Headers(), ORIGIN, `${owner}-link`, newVisitor(1))
  return `${cookieNames(ORIGIN).session}=${session}; ${visit.split(';')[0]}`
}

const cookies = new Map([
  [OWNER, await cookiesOf(OWNER)],
  [OTHER, await cookiesOf(OTHER)],
])

/** What is read as JSON of an answer, as far as this looks at it. */
interface Answer {
  items?: unknown
  found?: number
  more?: boolean
}

async function load(owner: string, name: string): Promise<string> {
  const { path, route, id } = pageOf(owner, name)
  const headers = { host: new URL(ORIGIN).host, cookie: cookies.get(owner) ?? '' }
  const context = { params: Promise.resolve<Record<string, string>>(id === undefined ? {} : { id }) }
  const response = await route(new Request(`${ORIGIN}/api${path}`, { headers }), context)
  const body = (await response.json()) as Answer
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`)
  if (body.found !== undefined) return `${body.found}${body.more ? '+' : ''} found`
  return Array.isArray(body.items) ? `${body.items.length} items` : ''
}

function percentile(times: number[], share: number): string {
  const sorted = times.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1)
}

/** Says also how much the server, by its process id, had to read from the disk. */
async function once(server: number): Promise<void> {
  const before = bytesFromDisk(server)
  const started = performance.now()
  const what = await load(OWNER, text)
  const ms = (performance.now() - started).toFixed(1).padStart(8)
  const after = bytesFromDisk(server)
  const read = before === undefined || after === undefined ? '' : `${((after - before) / 1e6).toFixed(1)} MB read`
  console.log(`${ms} ms  ${read.padStart(12)}  ${what}`)
}

async function loop(clients: number, seconds: number): Promise<void> {
  const times: number[] = []
  let what = ''
  for (const page of pages) what = await load(OWNER, page)
  const until = performance.now() + 1000 * seconds
  let turn = 0
  const client = async () => {
    while (performance.now() < until) {
      const page = pages[turn++ % pages.length] ?? ''
      const started = performance.now()
      what = await load(OWNER, page)
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const rate = Math.round(times.length / seconds)
  const [half, most] = [percentile(times, 0.5), percentile(times, 0.99)].map((ms) => ms.padStart(7))
  console.log(`p50 ${half} ms  p99 ${most} ms  ${String(rate).padStart(5)}/s  ${pages.length === 1 ? what : ''}`)
}

// Code is compiled and connections are made with somebody else's data, of which there is next to none.
for (let i = 0; i < 5; i += 1) for (const page of pages) await load(OTHER, page)
const [first = 1, second = 1] = rest.map(Number)
await (mode === 'cold' ? once(first) : loop(first, second))
await db().$disconnect()
