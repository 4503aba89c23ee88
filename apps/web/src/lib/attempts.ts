import { createHash } from 'node:crypto'
import { ApiError } from './api-error.ts'
import { db } from './db.ts'

/** How often something may be tried: `max` times within a window that begins with the first time. */
export interface AttemptLimit {
  /** What is tried, 'sign-in'. Each name counts by itself. */
  name: string
  max: number
  windowSeconds: number
}

function keyOf(limit: AttemptLimit, who: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([limit.name, ...who]))
    .digest('hex')
}

/**
 * Counts an attempt. Do it before looking at what was sent, so that guesses in parallel cannot pass the limit together.
 * `who` says whose attempts are counted together: an address, a person. Returns the seconds to wait; 0: go on.
 */
export function countAttempt(limit: AttemptLimit, ...who: string[]): Promise<number> {
  return count(limit, 1, who)
}

async function count(limit: AttemptLimit, times: number, who: readonly string[]): Promise<number> {
  const [counted] = await db().$queryRaw<[{ failures: number; wait: number }]>`
    INSERT INTO attempt AS a (key, failures, window_end)
    VALUES (${keyOf(limit, who)}, ${times}, now() + make_interval(secs => ${limit.windowSeconds}))
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN a.window_end < now() THEN ${times} ELSE a.failures + ${times} END,
      window_end = CASE WHEN a.window_end < now() THEN EXCLUDED.window_end ELSE a.window_end END
    RETURNING failures, ceil(extract(epoch FROM window_end - now()))::int AS wait`
  return counted.failures > limit.max ? Math.max(1, counted.wait) : 0
}

/** As countAttempt, but throws too_many_attempts (429 with Retry-After). */
export async function requireAttempt(limit: AttemptLimit, ...who: string[]): Promise<void> {
  await requireAttempts(limit, 1, ...who)
}

/** The same for so many at once: lines of a list, of which each costs. */
export async function requireAttempts(limit: AttemptLimit, times: number, ...who: string[]): Promise<void> {
  const retryAfterSeconds = await count(limit, times, who)
  if (retryAfterSeconds > 0) throw tooManyAttempts(retryAfterSeconds)
}

function tooManyAttempts(retryAfterSeconds: number): ApiError {
  return new ApiError('too_many_attempts', `Too many attempts. Try again in ${retryAfterSeconds} seconds.`, {
    detail: { retryAfterSeconds },
  })
}

/** After a success: the failures before it were slips. */
export async function forgetAttempts(limit: AttemptLimit, ...who: string[]): Promise<void> {
  await db().attempt.deleteMany({ where: { key: keyOf(limit, who) } })
}
