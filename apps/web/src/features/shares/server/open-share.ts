import { Prisma } from '../../../generated/prisma/client.ts'
import { hashOfToken } from '../../../lib/account/secret-token.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { db } from '../../../lib/db.ts'
import { DEPTH_MAX } from '../../../lib/entries/open-entries.ts'
import { countView } from './grants.ts'
import { type Visitor, visitorHash, visitorOf } from './visitor.ts'

/** A cycle cannot be made; if one ever were, walks up must still end. */
export const WALK_MAX = 2 * DEPTH_MAX

/** A link that opens something right now. */
export interface LiveShare {
  id: bigint
  publicId: string
  ownerId: string
  ownerName: string
  codeHash: string | null
  codeRound: number
  allowDownload: boolean
  expiresAt: Date | null
  maxViews: number | null
  maxDownloads: number | null
  downloads: number
  /** No view or no download is left: whoever was not here today stays outside. */
  isUsedUp: boolean
}

export interface Visit {
  share: LiveShare
  visitor: Visitor
}

/** One answer for a link that never existed, has ended, was revoked, is used up, or of which nothing is left. */
export function closed(): ApiError {
  return new ApiError('share_closed', 'This link does not open anything.')
}

/**
 * The one place that decides whether a link is open. Everything is in one statement, so that an unknown link takes the
 * same way as an ended one. Whether views or downloads are left is decided where they are counted.
 */
async function findLive(which: Prisma.Sql): Promise<LiveShare | undefined> {
  const [share] = await db().$queryRaw<LiveShare[]>`
    SELECT s.id, s.public_id AS "publicId", s.owner_id AS "ownerId", coalesce(p.name, p.email) AS "ownerName",
      s.code_hash AS "codeHash", s.code_round AS "codeRound", s.allow_download AS "allowDownload",
      s.expires_at AS "expiresAt", s.max_views AS "maxViews",
      s.max_downloads AS "maxDownloads", s.downloads,
      (coalesce(s.views >= s.max_views, false) OR (s.allow_download AND coalesce(s.downloads >= s.max_downloads, false)))
        AS "isUsedUp"
    FROM share s JOIN person p ON p.id = s.owner_id
    WHERE ${which} AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now()) AND p.disabled_at IS NULL
      AND EXISTS (
        SELECT 1 FROM share_item i JOIN entry e ON e.id = i.entry_id
        WHERE i.share_id = s.id AND e.owner_id = s.owner_id AND e.trash_id IS NULL AND NOT EXISTS (
          WITH RECURSIVE up AS (
            SELECT e.parent_id, 0 AS steps
            UNION ALL
            SELECT f.parent_id, up.steps + 1 FROM up JOIN entry f ON f.id = up.parent_id
            WHERE up.steps < ${WALK_MAX} AND f.trash_id IS NULL
          )
          SELECT 1 FROM up JOIN entry f ON f.id = up.parent_id WHERE f.trash_id IS NOT NULL
        )
      )`
  return share
}

export function findLiveByToken(token: string): Promise<LiveShare | undefined> {
  return findLive(Prisma.sql`s.token_hash = ${hashOfToken(token)}`)
}

/** The link of a visitor who was let in, by the cookie of the round that its code is in. Undefined: not let in. */
export async function findVisit(headers: Headers, origin: string, publicId: string): Promise<Visit | undefined> {
  const visitor = visitorOf(headers, origin, publicId)
  if (!visitor) return undefined
  const share = await findLive(Prisma.sql`s.public_id = ${publicId}`)
  return share && share.codeRound === visitor.round ? { share, visitor } : undefined
}

/**
 * `findVisit` for everything that a visitor asks for: throws share_closed. A view counts once a day; somebody whose
 * view is counted may go on when the link is used up.
 */
export async function requireVisit(headers: Headers, origin: string, publicId: string): Promise<Visit> {
  const visit = await findVisit(headers, origin, publicId)
  if (!visit || (await countView(visit.share.id, visitorHash(visit.visitor))) === 'used up') throw closed()
  return visit
}
