import { createHash } from 'node:crypto'
import { addressKey } from '../../../lib/address-key.ts'
import { db } from '../../../lib/db.ts'

export const PAIR_FAILURES_MAX = 5
const REST_MINUTES = 10
const REST_MINUTES_MAX = 24 * 60
const FORGET_HOURS = 24

interface Limit {
  key: string
  max: number
}

/** How an attempt stands: seconds to wait before anything is looked at (0: now), and how many more may be wrong. */
export interface CodeAttempt {
  restSeconds: number
  left: number
}

interface AttemptRow {
  failures: number
  rest_seconds: number
}

/**
 * Addresses are cheap, so guesses at one link are also counted in all, and guesses of one address at all links. The
 * first limit is the one that people meet and that pages tell.
 */
function limitsOf(shareKey: string, ip: string): [Limit, Limit, Limit] {
  const address = addressKey(ip)
  return [
    { key: `pair:${shareKey}:${address}`, max: PAIR_FAILURES_MAX },
    { key: `address:${address}`, max: 30 },
    { key: `link:${shareKey}`, max: 100 },
  ].map(({ key, max }) => ({ key: createHash('sha256').update(key).digest('hex'), max })) as [Limit, Limit, Limit]
}

/**
 * Counted before the code is looked at: guesses in parallel cannot pass the limit together. Each rest is twice as long
 * as the one before. More failures than `max`: it rests already.
 */
async function count({ key, max }: Limit): Promise<AttemptRow> {
  const [row] = await db().$queryRaw<[AttemptRow]>`
    INSERT INTO share_attempt AS a (key, failures) VALUES (${key}, 1)
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE
        WHEN a.rest_until > now() THEN ${max} + 1
        WHEN a.rest_until IS NOT NULL OR a.updated_at < now() - make_interval(hours => ${FORGET_HOURS}) THEN 1
        ELSE a.failures + 1
      END,
      rests = CASE
        WHEN a.rest_until > now() THEN a.rests
        WHEN a.updated_at < now() - make_interval(hours => ${FORGET_HOURS}) THEN 0
        WHEN a.rest_until IS NULL AND a.failures + 1 >= ${max} THEN a.rests + 1
        ELSE a.rests
      END,
      rest_until = CASE
        WHEN a.rest_until > now() THEN a.rest_until
        WHEN a.rest_until IS NULL AND a.failures + 1 >= ${max}
          AND a.updated_at >= now() - make_interval(hours => ${FORGET_HOURS})
        THEN now() + make_interval(mins => least(${REST_MINUTES} * (2 ^ least(a.rests, 10))::int, ${REST_MINUTES_MAX}))
      END,
      updated_at = now()
    RETURNING failures, coalesce(ceil(extract(epoch FROM rest_until - now()) - 0.01), 0)::int AS rest_seconds`
  return row
}

/**
 * Counts an attempt at a link. Refused (`refused` true) while the link rests for this address or for everybody; the
 * attempt that uses up the limit is still looked at, and if it is wrong the rest has begun.
 */
export async function countCodeAttempt(shareKey: string, ip: string): Promise<CodeAttempt & { refused: boolean }> {
  const limits = limitsOf(shareKey, ip)
  const rows = [await count(limits[0]), await count(limits[1]), await count(limits[2])]
  const left = Math.max(0, Math.min(...rows.map((row, i) => (limits[i]?.max ?? 0) - row.failures)))
  return {
    refused: rows.some((row, i) => row.failures > (limits[i]?.max ?? 0)),
    restSeconds: Math.max(...rows.map((row) => row.rest_seconds)),
    left,
  }
}

/** How it stands without an attempt, for the page. */
export async function codeRestSeconds(shareKey: string, ip: string): Promise<number> {
  const keys = limitsOf(shareKey, ip).map(({ key }) => key)
  const [row] = await db().$queryRaw<[{ rest_seconds: number }]>`
    SELECT coalesce(max(ceil(extract(epoch FROM rest_until - now()))), 0)::int AS rest_seconds
    FROM share_attempt WHERE key = ANY(${keys}::text[]) AND rest_until > now()`
  return row.rest_seconds
}

/**
 * The code was right: this address starts anew at this link. What is counted over several links or addresses gives
 * only this attempt back, or the holder of one code could reset the count for guesses at others.
 */
export async function forgiveCodeAttempt(shareKey: string, ip: string): Promise<void> {
  const [pair, ...wider] = limitsOf(shareKey, ip)
  await db().shareAttempt.deleteMany({ where: { key: pair.key } })
  for (const { key, max } of wider) {
    await db().$executeRaw`
      UPDATE share_attempt SET failures = greatest(failures - 1, 0),
        rests = CASE WHEN failures = ${max} THEN greatest(rests - 1, 0) ELSE rests END,
        rest_until = CASE WHEN failures = ${max} THEN NULL ELSE rest_until END
      WHERE key = ${key}`
  }
}
