import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readCookies } from '../../../lib/cookies.ts'
import { cookieNames } from '../../../lib/own-origin.ts'
import { derivedKey } from './token.ts'

const VISITOR_BYTES = 16
const TAG_CHARS = 8
const COOKIE_DAYS = 7
const DAY_SECONDS = 24 * 60 * 60
/** A browser sends all of them with every request. */
const COOKIES_MAX = 20

/** Somebody who opened a link in one browser. `round`: of the code that was right then. */
export interface Visitor {
  id: string
  round: number
}

interface Opened {
  publicId: string
  visitor: Visitor
  until: number
}

/** What the tables know a visitor by: a copy of the database makes nobody a visitor. */
export function visitorHash({ id }: Visitor): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(`visitor ${id}`).digest())
}

/** What tickets know a visitor by, and from which nobody gets to the hash. */
export function visitorTag(visitor: Visitor): string {
  return createHash('sha256').update(visitorHash(visitor)).digest('base64url').slice(0, TAG_CHARS)
}

/** Beside the session's name: the same prefix or port, so that two instances on one host do not mix them up. */
function cookiePrefix(origin: string): string {
  return cookieNames(origin).session.replace('session', 'share')
}

function macOf(publicId: string, { id, round }: Visitor, until: number): Buffer {
  const text = JSON.stringify([publicId, id, round, until])
  return createHmac('sha256', derivedKey('share-visitor')).update(text).digest()
}

function parsed(publicId: string, value: string): Opened | undefined {
  const [id = '', roundText = '', untilText = '', mac = ''] = value.split('.')
  const visitor = { id, round: Number(roundText) }
  const until = Number(untilText)
  const expected = macOf(publicId, visitor, until)
  const given = Buffer.from(mac, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  return until > Date.now() / 1000 ? { publicId, visitor, until } : undefined
}

/** The links that this browser opened, each with the visitor it was then. Forged and expired cookies are left out. */
export function openedShares(headers: Headers, origin: string): Opened[] {
  const prefix = `${cookiePrefix(origin)}.`
  return [...readCookies(headers)].flatMap(([name, value]) => {
    if (!name.startsWith(prefix)) return []
    return parsed(name.slice(prefix.length), value) ?? []
  })
}

export function visitorOf(headers: Headers, origin: string, publicId: string): Visitor | undefined {
  return openedShares(headers, origin).find((opened) => opened.publicId === publicId)?.visitor
}

export function newVisitor(round: number): Visitor {
  return { id: randomBytes(VISITOR_BYTES).toString('base64url'), round }
}

/** Set-Cookie lines that make this browser the visitor of the link, and take the oldest away where there are too many. */
export function visitorCookies(headers: Headers, origin: string, publicId: string, visitor: Visitor): string[] {
  const prefix = cookiePrefix(origin)
  const attributes = `Path=/; HttpOnly; SameSite=Lax${origin.startsWith('https:') ? '; Secure' : ''}`
  const until = Math.floor(Date.now() / 1000) + COOKIE_DAYS * DAY_SECONDS
  const mac = macOf(publicId, visitor, until).toString('base64url')
  const value = `${visitor.id}.${visitor.round}.${until}.${mac}`
  const others = openedShares(headers, origin).filter((opened) => opened.publicId !== publicId)
  const tooMany = others.toSorted((a, b) => b.until - a.until).slice(COOKIES_MAX - 1)
  return [
    `${prefix}.${publicId}=${value}; Max-Age=${COOKIE_DAYS * DAY_SECONDS}; ${attributes}`,
    ...tooMany.map((opened) => `${prefix}.${opened.publicId}=; Max-Age=0; ${attributes}`),
  ]
}
