import { Prisma } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
import { PRESENCE_SECONDS } from '../rules.ts'
import type { PresenceBody } from '../schema.ts'

/** After its page has said goodbye, for it may only be loading anew. */
const FAREWELL_SECONDS = 20

/** Whether the page that an upload `u` belongs to still runs. */
export const isSentNow = Prisma.sql`coalesce(u.alive_at > now() - make_interval(secs => ${PRESENCE_SECONDS}), false)`

/** A page says that it runs, or that it is about to end: what it sends is its own, or soon anybody's. */
export async function notePresence(ownerId: string, { device, here }: PresenceBody): Promise<void> {
  const age = here ? 0 : PRESENCE_SECONDS - FAREWELL_SECONDS
  // Whoever works on one of them now is a sign of life, too.
  await db().$executeRaw`
    UPDATE upload SET alive_at = now() - make_interval(secs => ${age})
    WHERE id IN (
      SELECT id FROM upload WHERE owner_id = ${ownerId} AND state IN ('created', 'uploading') AND device = ${device}
      ORDER BY id FOR UPDATE SKIP LOCKED)`
}
