import { Prisma } from '../../../generated/prisma/client.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { recordAudit } from '../../../lib/audit.ts'
import { db, inTransaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import type { CsvCell } from '../csv.ts'
import type { SharedLink, ShareSort, ShareState, SharesPage, SharesQuery } from '../schema.ts'
import { csvDownload } from './download.ts'
import { type Order, readAll, readPage } from './paged.ts'

interface Row extends Omit<SharedLink, 'id' | 'createdAt' | 'expiresAt'> {
  id: bigint
  publicId: string
  createdAt: Date
  expiresAt: Date | null
  state: ShareState
}

const source = Prisma.sql`
  SELECT s.id, s.public_id AS "publicId", s.title, p.email AS owner, s.code_hash IS NOT NULL AS "hasCode",
    s.allow_download AS "allowDownload", s.created_at AS "createdAt", s.expires_at AS "expiresAt",
    s.views, s.max_views AS "maxViews", s.downloads, s.max_downloads AS "maxDownloads",
    (SELECT count(*)::int FROM share_item i WHERE i.share_id = s.id) AS items,
    CASE
      WHEN s.revoked_at IS NOT NULL OR p.disabled_at IS NOT NULL THEN 'off'
      WHEN s.expires_at <= now() THEN 'ended'
      WHEN s.views >= s.max_views OR (s.allow_download AND s.downloads >= s.max_downloads) THEN 'used_up'
      ELSE 'active'
    END AS state
  FROM share s JOIN person p ON p.id = s.owner_id`

const orders: Record<ShareSort, Omit<Order, 'direction'>> = {
  title: { by: Prisma.sql`lower(title)`, type: 'text' },
  owner: { by: Prisma.sql`owner`, type: 'text' },
  created: { by: Prisma.sql`"createdAt"`, type: 'timestamptz' },
  ends: { by: Prisma.sql`coalesce("expiresAt", 'infinity')`, type: 'timestamptz' },
  views: { by: Prisma.sql`views`, type: 'bigint' },
  downloads: { by: Prisma.sql`downloads`, type: 'bigint' },
  state: { by: Prisma.sql`state`, type: 'text' },
}

type Filter = Omit<SharesQuery, 'cursor'>

function requestOf(filter: Filter) {
  return { from: filtered(filter), id: 'bigint' as const, order: { ...orders[filter.sort], direction: filter.dir } }
}

function filtered({ q, state }: Filter): Prisma.Sql {
  const conditions = [Prisma.sql`TRUE`]
  if (q) conditions.push(Prisma.sql`(strpos(lower(title), lower(${q})) > 0 OR strpos(owner, lower(${q})) > 0)`)
  if (state) conditions.push(Prisma.sql`state = ${state}`)
  return Prisma.sql`SELECT * FROM (${source}) links WHERE ${Prisma.join(conditions, ' AND ')}`
}

/** One page of the links of all people. Never their tokens or codes. */
export async function listSharedLinks({ cursor, ...filter }: SharesQuery): Promise<SharesPage> {
  const [page, counted] = await Promise.all([
    readPage<Row>({ ...requestOf(filter), cursor }),
    db().$queryRaw<[{ count: number }]>`SELECT count(*)::int AS count FROM (${filtered(filter)}) counted`,
  ])
  return { items: page.rows.map(sharedLink), next: page.next, total: counted[0].count }
}

function sharedLink(row: Row): SharedLink {
  return {
    id: row.publicId,
    title: row.title,
    owner: row.owner,
    items: row.items,
    hasCode: row.hasCode,
    allowDownload: row.allowDownload,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    views: row.views,
    maxViews: row.maxViews,
    downloads: row.downloads,
    maxDownloads: row.maxDownloads,
    state: row.state,
  }
}

const head = ['title', 'owner', 'items', 'code', 'download', 'created', 'ends', 'views', 'downloads', 'state']

export function exportSharedLinks(filter: Filter): Response {
  return csvDownload('shared-links', head, linkLines(readAll<Row>(requestOf(filter))))
}

async function* linkLines(rows: AsyncIterable<Row>): AsyncGenerator<CsvCell[]> {
  for await (const row of rows) {
    const link = sharedLink(row)
    yield [link.title, link.owner, link.items, link.hasCode, link.allowDownload].concat([
      link.createdAt,
      link.expiresAt ?? '',
      link.views,
      link.downloads,
      link.state,
    ])
  }
}

/** Somebody's link stops opening, at once. */
export async function revokeSharedLink(admin: { id: string; headers: Headers }, publicId: string): Promise<void> {
  await inTransaction(async (tx) => {
    const share = await tx.share.findUnique({ where: { publicId }, include: { items: true } })
    if (!share) throw new ApiError('not_found', 'There is no such link.')
    if (share.revokedAt) return
    await tx.share.update({ where: { publicId }, data: { revokedAt: new Date() } })
    await recordActivity(
      tx,
      share.items.map(({ entryId }) => ({ entryId, actorId: admin.id, kind: 'unshared' })),
    )
    const target = { kind: 'share', id: publicId, name: share.title }
    await recordAudit(tx, { actorId: admin.id, action: 'share.revoke', target, headers: admin.headers })
  })
}
