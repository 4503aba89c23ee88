import { db } from '../lib/db.ts'
import { log } from '../lib/log.ts'

/** A person whose quota does not say what the entries and uploads say. Bytes. */
interface QuotaDifference {
  userId: string
  used: bigint
  usedByEntries: bigint
  reserved: bigint
  reservedByUploads: bigint
}

/** Adds everything up anew, in one statement and so of one moment. Differences are reported, never corrected. */
export async function auditQuotas(): Promise<QuotaDifference[]> {
  const differences = await db().$queryRaw<QuotaDifference[]>`
    WITH entries AS (SELECT owner_id, sum(size)::bigint AS bytes FROM entry WHERE kind = 1 GROUP BY owner_id),
    uploads AS (
      SELECT owner_id, sum(reserved_bytes)::bigint AS bytes FROM upload
      WHERE state IN ('created', 'uploading') GROUP BY owner_id
    )
    SELECT q.user_id AS "userId", q.used, coalesce(e.bytes, 0) AS "usedByEntries",
      q.reserved, coalesce(u.bytes, 0) AS "reservedByUploads"
    FROM quota q
    LEFT JOIN entries e ON e.owner_id = q.user_id
    LEFT JOIN uploads u ON u.owner_id = q.user_id
    WHERE q.used <> coalesce(e.bytes, 0) OR q.reserved <> coalesce(u.bytes, 0)`
  for (const { userId, ...bytes } of differences) {
    const counts = Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, String(value)]))
    log().error({ userId, ...counts }, 'a quota differs from what its owner keeps')
  }
  return differences
}

/** A group whose figures are not the sums of its members. */
interface GroupDifference {
  groupId: string
  used: bigint
  usedByMembers: bigint
  reserved: bigint
  reservedByMembers: bigint
}

/** The same for groups, against their members. */
export async function auditQuotaGroups(): Promise<GroupDifference[]> {
  const differences = await db().$queryRaw<GroupDifference[]>`
    SELECT g.id AS "groupId", g.used, coalesce(sum(q.used), 0)::bigint AS "usedByMembers",
      g.reserved, coalesce(sum(q.reserved), 0)::bigint AS "reservedByMembers"
    FROM quota_group g LEFT JOIN quota q ON q.group_id = g.id
    GROUP BY g.id
    HAVING g.used <> coalesce(sum(q.used), 0) OR g.reserved <> coalesce(sum(q.reserved), 0)`
  for (const { groupId, ...bytes } of differences) {
    const counts = Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, String(value)]))
    log().error({ groupId, ...counts }, 'a group differs from what its members keep')
  }
  return differences
}
