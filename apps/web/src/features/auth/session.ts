import { headers as requestHeaders } from 'next/headers'
import { decode } from 'next-auth/jwt'
import { Prisma } from '../../generated/prisma/client.ts'
import { ApiError } from '../../lib/api-error.ts'
import { readCookies } from '../../lib/cookies.ts'
import { db, type Transaction } from '../../lib/db.ts'
import { env } from '../../lib/env.ts'
import { cookieNames, ownOrigin } from '../../lib/own-origin.ts'
import { processWide } from '../../lib/process-wide.ts'
import { newPublicId } from '../../lib/public-id.ts'

const DAY_MS = 24 * 60 * 60 * 1000
// A session ends when it was not used for so long, and in any case when its cookie ends.
const IDLE_MS = 30 * DAY_MS
const SESSION_MS = 180 * DAY_MS
export const SESSION_SECONDS = SESSION_MS / 1000
const CHECK_EVERY_MS = 5000
const SEEN_EVERY_MS = 60_000
const CACHED_SESSIONS_MAX = 10_000
const USER_AGENT_CHARS_MAX = 400

export interface SignedInUser {
  id: string
  /** The opaque name that tickets and storages get to see. */
  publicId: string
  name: string
  email: string
  role: 'admin' | 'user'
  sessionId: string
}

interface CheckedSession {
  user: SignedInUser | null
  checkedAt: number
}

function checkedSessions(): Map<string, CheckedSession> {
  return processWide('checked-sessions', () => new Map<string, CheckedSession>())
}

/** Whose session it shall be. `passwordHash`: what opened the door; left out where no password did. */
interface Entering {
  id: string
  passwordHash?: string | null
}

/**
 * Makes the row that a session cookie names. Returns its id; null when the person was shut out or has another password
 * by now. Whoever changes a password wants everybody out who knew the old one, also those who are at the door: the lock
 * makes each session either be seen by that change, or see it.
 */
export async function startSession(
  { id: userId, passwordHash }: Entering,
  client: { userAgent: string; ip: string },
): Promise<string | null> {
  const isSame = passwordHash === undefined ? Prisma.empty : Prisma.sql`AND p.password_hash = ${passwordHash}`
  const [made] = await db().$queryRaw<{ id: string }[]>`
    INSERT INTO session (id, user_id, expires_at, user_agent, ip)
    SELECT ${newPublicId()}, p.id, ${new Date(Date.now() + IDLE_MS)},
      ${client.userAgent.slice(0, USER_AGENT_CHARS_MAX)}, ${client.ip}
    FROM person p WHERE p.id = ${userId} AND p.disabled_at IS NULL ${isSame} FOR SHARE
    RETURNING id`
  return made?.id ?? null
}

/** Ends sessions of one person: the given one, or all but the given one (null: all). Other processes follow within 5 seconds. */
export async function revokeSessions(
  userId: string,
  which: { only: string } | { allBut: string | null },
  tx: Transaction = db(),
): Promise<void> {
  const sessionToken = 'only' in which ? which.only : { not: which.allBut ?? '' }
  await tx.session.updateMany({ where: { userId, sessionToken, revokedAt: null }, data: { revokedAt: new Date() } })
  forgetCheckedSessions()
}

/** What is remembered of people is read anew: after a change of a name, a role or an e-mail. */
export function forgetCheckedSessions(): void {
  checkedSessions().clear()
}

async function loadUser(sessionId: string): Promise<SignedInUser | null> {
  const session = await db().session.findUnique({ where: { sessionToken: sessionId }, include: { user: true } })
  if (!session || session.revokedAt || session.expires.getTime() < Date.now()) return null
  if (session.user.disabledAt) return null
  if (session.lastSeenAt.getTime() < Date.now() - SEEN_EVERY_MS) {
    const expires = new Date(Math.min(Date.now() + IDLE_MS, session.createdAt.getTime() + SESSION_MS))
    await db().session.update({ where: { sessionToken: sessionId }, data: { lastSeenAt: new Date(), expires } })
  }
  const { id, publicId, email, role } = session.user
  return { id, publicId, email, name: session.user.name ?? email, role: role === 'admin' ? 'admin' : 'user', sessionId }
}

/** Who a session belongs to; null when it was ended. The row is looked at again every 5 seconds. */
export async function userOfSession(sessionId: string): Promise<SignedInUser | null> {
  const known = checkedSessions().get(sessionId)
  if (known && known.checkedAt > Date.now() - CHECK_EVERY_MS) return known.user
  const user = await loadUser(sessionId)
  if (checkedSessions().size >= CACHED_SESSIONS_MAX) checkedSessions().clear()
  checkedSessions().set(sessionId, { user, checkedAt: Date.now() })
  return user
}

/** The id of the session that the cookie of a request names, whether it still lives or not. */
export async function sessionIdOf(headers: Headers): Promise<string | null> {
  const origin = ownOrigin(headers, env().origins)
  const token = origin && readCookies(headers).get(cookieNames(origin).session)
  if (!token) return null
  // A cookie of another secret, cut short or outdated cannot be decrypted: then nobody is signed in.
  const claims = await decode({ token, secret: env().secret }).catch(() => null)
  const sessionId = claims?.['sid']
  return typeof sessionId === 'string' ? sessionId : null
}

/** Ends one session, whoever's it is: for who holds its cookie. */
export async function endSession(sessionId: string): Promise<void> {
  await db().session.updateMany({
    where: { sessionToken: sessionId, revokedAt: null },
    data: { revokedAt: new Date() },
  })
  checkedSessions().delete(sessionId)
}

/** Who sends this request, or null. Without an argument: the request that Next is rendering. */
export async function currentUser(source?: Headers): Promise<SignedInUser | null> {
  const sessionId = await sessionIdOf(source ?? (await requestHeaders()))
  return sessionId === null ? null : userOfSession(sessionId)
}

/** The only way to a person's id: throws `signed_out` (401) when nobody is signed in. */
export async function requireUser(source?: Headers): Promise<SignedInUser> {
  const user = await currentUser(source)
  if (!user) throw new ApiError('signed_out', 'Sign in first.')
  return user
}

/** As requireUser, for the administration: everybody else hears that there is nothing here (404). */
export async function requireAdmin(source?: Headers): Promise<SignedInUser> {
  const user = await requireUser(source)
  if (user.role !== 'admin') throw new ApiError('not_found', 'There is nothing to open here.')
  return user
}
