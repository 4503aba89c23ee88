import { createHash } from 'node:crypto'
import { db } from '../../lib/db.ts'

const PAIR_FAILURES_MAX = 10
const PAIR_WINDOW_SECONDS = 15 * 60
// Addresses are cheap, so guesses at one e-mail are also counted in all; high, because this can shut its owner out.
const EMAIL_FAILURES_MAX = 100
const EMAIL_WINDOW_SECONDS = 60 * 60

interface Counted {
  failures: number
  window_end: Date
}

function keyOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

async function countAttempt(key: string, windowSeconds: number): Promise<Counted> {
  const [counted] = await db().$queryRaw<[Counted]>`
    INSERT INTO sign_in_attempt AS a (key, failures, window_end)
    VALUES (${key}, 1, now() + make_interval(secs => ${windowSeconds}))
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN a.window_end < now() THEN 1 ELSE a.failures + 1 END,
      window_end = CASE WHEN a.window_end < now() THEN EXCLUDED.window_end ELSE a.window_end END
    RETURNING failures, window_end`
  return counted
}

/**
 * Counts an attempt before the password is looked at, so that guesses in parallel cannot pass the limit together.
 * Returns the seconds to wait, 0 when the attempt may go on.
 */
export async function countSignInAttempt(email: string, ip: string): Promise<number> {
  const byPair = await countAttempt(keyOf(email, ip), PAIR_WINDOW_SECONDS)
  const byEmail = await countAttempt(keyOf(email), EMAIL_WINDOW_SECONDS)
  const windows = [
    byPair.failures > PAIR_FAILURES_MAX ? byPair.window_end : undefined,
    byEmail.failures > EMAIL_FAILURES_MAX ? byEmail.window_end : undefined,
  ]
  const waits = windows.map((end) => (end ? Math.ceil((end.getTime() - Date.now()) / 1000) : 0))
  return Math.max(0, ...waits)
}

/** After a success: the failures before it were the person's own slips. */
export async function forgetSignInAttempts(email: string, ip: string): Promise<void> {
  await db().signInAttempt.deleteMany({ where: { key: keyOf(email, ip) } })
}
