import { db } from '../../../lib/db.ts'

/** Links that ended stay in the list for a while, to be renewed or looked up. */
const ENDED_DAYS = 30
const ATTEMPT_DAYS = 2

/** Housekeeping of the worker. Returns how many links were forgotten. */
export async function forgetShares(): Promise<number> {
  const forgotten = await db().$executeRaw`
    DELETE FROM share
    WHERE revoked_at < now() - make_interval(days => ${ENDED_DAYS}) OR expires_at < now() - make_interval(days => ${ENDED_DAYS})`
  await db().$executeRaw`DELETE FROM share_grant WHERE until < now()`
  await db().$executeRaw`
    DELETE FROM share_attempt
    WHERE updated_at < now() - make_interval(days => ${ATTEMPT_DAYS}) AND (rest_until IS NULL OR rest_until < now())`
  return forgotten
}
