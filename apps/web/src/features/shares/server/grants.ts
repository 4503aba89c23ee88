import { ApiError } from '../../../lib/api-error.ts'
import { db, inTransaction, type Transaction } from '../../../lib/db.ts'

const GRANT_HOURS = 24
const VIEW = 'view'

/** 'had': counted within the last day, so it does not count again. */
export type Granted = 'new' | 'had' | 'used up'

async function hasGrant(tx: Transaction, shareId: bigint, visitor: Uint8Array, target: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM share_grant
    WHERE share_id = ${shareId} AND visitor_hash = ${visitor} AND target = ${target} AND until > now()`
  return rows.length > 0
}

async function keepGrant(tx: Transaction, shareId: bigint, visitor: Uint8Array, target: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO share_grant (share_id, visitor_hash, target, until)
    VALUES (${shareId}, ${visitor}, ${target}, now() + make_interval(hours => ${GRANT_HOURS}))
    ON CONFLICT (share_id, visitor_hash, target) DO UPDATE SET until = EXCLUDED.until`
}

/** The row of the link is locked first: requests at the same time see each other's grants, and the limit holds exactly. */
async function grant(
  shareId: bigint,
  visitor: Uint8Array,
  target: string,
  count: (tx: Transaction) => Promise<number>,
) {
  if (await hasGrant(db(), shareId, visitor, target)) return 'had'
  return await inTransaction(async (tx): Promise<Granted> => {
    await tx.$queryRaw`SELECT 1 FROM share WHERE id = ${shareId} FOR NO KEY UPDATE`
    if (await hasGrant(tx, shareId, visitor, target)) return 'had'
    if ((await count(tx)) === 0) return 'used up'
    await keepGrant(tx, shareId, visitor, target)
    return 'new'
  })
}

/** A look at a link. Nobody new may look when all downloads are gone: there is nothing left to do for them. */
export function countView(shareId: bigint, visitor: Uint8Array): Promise<Granted> {
  return grant(shareId, visitor, VIEW, (tx) => {
    return tx.$executeRaw`
      UPDATE share SET views = views + 1
      WHERE id = ${shareId} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        AND (max_views IS NULL OR views < max_views)
        AND (NOT allow_download OR max_downloads IS NULL OR downloads < max_downloads)`
  })
}

/**
 * A download, or saving to a drive. It counts when it starts; ranges, retries and going on after a break within a day do
 * not count again. Throws downloads_used_up.
 */
export async function requireDownload(shareId: bigint, visitor: Uint8Array, target: string): Promise<Granted> {
  const granted = await grant(shareId, visitor, target, (tx) => {
    return tx.$executeRaw`
      UPDATE share SET downloads = downloads + 1
      WHERE id = ${shareId} AND allow_download AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        AND (max_downloads IS NULL OR downloads < max_downloads)`
  })
  if (granted === 'used up') throw new ApiError('downloads_used_up', 'No downloads are left. Ask who sent the link.')
  return granted
}
