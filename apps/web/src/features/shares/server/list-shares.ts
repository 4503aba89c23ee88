import { Prisma } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
import type { Category } from '../../../lib/entries/entry-item.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import type { ShareItem, ShareState } from '../schema.ts'
import { WALK_MAX } from './open-share.ts'
import { unsealToken } from './token.ts'

const SHARES_MAX = 1000

interface ShareRow {
  id: bigint
  public_id: string
  token_sealed: Uint8Array
  title: string
  has_code: boolean
  allow_download: boolean
  expires_at: Date | null
  max_views: number | null
  max_downloads: number | null
  views: number
  downloads: number
  revoked_at: Date | null
  created_at: Date
  items: bigint
  first_name: string | null
  first_kind: number | null
  first_category: Category | null
}

function stateOf(row: ShareRow): ShareState {
  if (row.revoked_at !== null) return 'revoked'
  if (row.expires_at !== null && row.expires_at.getTime() <= Date.now()) return 'ended'
  const noViews = row.max_views !== null && row.views >= row.max_views
  const noDownloads = row.allow_download && row.max_downloads !== null && row.downloads >= row.max_downloads
  if (noViews || noDownloads) return 'usedUp'
  return row.items === 0n ? 'empty' : 'active'
}

function toShareItem(row: ShareRow, origin: string): ShareItem {
  const token = unsealToken(row.token_sealed, row.public_id)
  const kind = row.first_kind === KIND_FOLDER ? 'folder' : 'file'
  return {
    id: row.public_id,
    url: token === null ? null : `${origin}/s/${token}`,
    title: row.first_name ?? row.title,
    items: Number(row.items),
    first: row.first_kind === null ? null : { kind, category: row.first_category },
    state: stateOf(row),
    hasCode: row.has_code,
    allowDownload: row.allow_download,
    expiresAt: row.expires_at?.toISOString() ?? null,
    maxDownloads: row.max_downloads,
    maxViews: row.max_views,
    downloads: row.downloads,
    views: row.views,
    createdAt: row.created_at.toISOString(),
  }
}

/** Links with how many of their items are present (not in trash, nor below something in trash) and the first of those. */
async function readShares(where: Prisma.Sql): Promise<ShareRow[]> {
  return await db().$queryRaw<ShareRow[]>`
    WITH RECURSIVE wanted AS (SELECT * FROM share s WHERE ${where} ORDER BY s.id DESC LIMIT ${SHARES_MAX}),
    up AS (
      SELECT i.share_id, e.id AS start_id, e.parent_id, e.trash_id, 0 AS steps
      FROM wanted w JOIN share_item i ON i.share_id = w.id JOIN entry e ON e.id = i.entry_id AND e.owner_id = w.owner_id
      UNION ALL
      SELECT up.share_id, up.start_id, p.parent_id, p.trash_id, up.steps + 1
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    ),
    present AS (SELECT share_id, start_id FROM up GROUP BY share_id, start_id HAVING bool_and(trash_id IS NULL)),
    counted AS (SELECT share_id, count(*) AS items FROM present GROUP BY share_id),
    first AS (
      SELECT DISTINCT ON (p.share_id) p.share_id, e.name, e.kind, e.category
      FROM present p JOIN share_item i ON i.share_id = p.share_id AND i.entry_id = p.start_id
      JOIN entry e ON e.id = p.start_id ORDER BY p.share_id, i.position
    )
    SELECT w.id, w.public_id, w.token_sealed, w.title, w.code_hash IS NOT NULL AS has_code, w.allow_download,
      w.expires_at, w.max_views, w.max_downloads, w.views, w.downloads, w.revoked_at, w.created_at,
      coalesce(c.items, 0) AS items, f.name AS first_name, f.kind::int AS first_kind, f.category AS first_category
    FROM wanted w LEFT JOIN counted c ON c.share_id = w.id LEFT JOIN first f ON f.share_id = w.id
    ORDER BY w.id DESC`
}

/** The links of a person, the latest first; the addresses begin with this origin. */
export async function listShares(ownerId: string, origin: string): Promise<ShareItem[]> {
  const rows = await readShares(Prisma.sql`s.owner_id = ${ownerId}`)
  return rows.map((row) => toShareItem(row, origin))
}

/** One link of a person. Throws not_found for other people's, too. */
export async function getShare(ownerId: string, publicId: string, origin: string): Promise<ShareItem> {
  const [row] = await readShares(Prisma.sql`s.owner_id = ${ownerId} AND s.public_id = ${publicId}`)
  if (!row) throw notFound()
  return toShareItem(row, origin)
}

/** The internal id of a link of this person. */
export async function openOwnShare(ownerId: string, publicId: string): Promise<bigint> {
  const share = await db().share.findFirst({ where: { ownerId, publicId }, select: { id: true } })
  if (!share) throw notFound()
  return share.id
}
