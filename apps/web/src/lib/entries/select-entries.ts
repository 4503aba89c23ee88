import { Prisma } from '../../generated/prisma/client.ts'
import { ApiError } from '../api-error.ts'
import type { Transaction } from '../db.ts'
import { notFound, openFolder, presentEntries } from './open-entries.ts'
import type { EntrySelector } from './selector.ts'

const GATHERED =
  /^~(?<kind>recent|favourites|trash|category|tag)(?:\.(?<key>[A-Za-z0-9_-]+))?(?:\.(?<type>[a-z0-9]{1,16}))?$/

/** Which entries a selector may mean: those to be seen in the drive, or what was trashed by itself. */
export type SelectFrom = 'drive' | 'trash'

/**
 * The entries of a selector as a query of their internal ids, to be put into another statement; rights are part of it.
 * Throws not_found when a named entry, or the place of a predicate, is not there for this owner.
 */
export async function selectEntries(
  tx: Transaction,
  ownerId: string,
  selector: EntrySelector,
  from: SelectFrom = 'drive',
): Promise<Prisma.Sql> {
  if ('ids' in selector) {
    const ids =
      from === 'drive' ? await presentEntries(tx, ownerId, selector.ids) : await inTrash(tx, ownerId, selector.ids)
    if (ids.length !== new Set(selector.ids).size) throw notFound()
    return Prisma.sql`SELECT id FROM entry WHERE id = ANY(${ids}::bigint[])`
  }
  const { folder, except, category, contentType } = selector.all
  const place = await placeCondition(tx, ownerId, folder, from)
  const kept = except.length === 0 ? Prisma.empty : Prisma.sql`AND e.public_id <> ALL(${except}::text[])`
  const only = category === undefined ? Prisma.empty : Prisma.sql`AND e.category = ${category}`
  const typed =
    contentType === undefined
      ? Prisma.empty
      : Prisma.sql`AND EXISTS (SELECT 1 FROM blob b WHERE b.id = e.blob_id AND b.content_type = ${contentType})`
  return Prisma.sql`SELECT e.id FROM entry e WHERE ${place} ${only} ${typed} ${kept}`
}

async function inTrash(tx: Transaction, ownerId: string, ids: readonly string[]): Promise<bigint[]> {
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM entry WHERE owner_id = ${ownerId} AND public_id = ANY(${[...ids]}::text[]) AND trash_id = id`
  return rows.map(({ id }) => id)
}

async function placeCondition(tx: Transaction, ownerId: string, place: string, from: SelectFrom): Promise<Prisma.Sql> {
  const groups = GATHERED.exec(place)?.groups
  const isTrash = groups?.['kind'] === 'trash'
  if (isTrash !== (from === 'trash')) throw notFound()
  if (isTrash) return Prisma.sql`e.owner_id = ${ownerId} AND e.trash_id = e.id`
  if (groups !== undefined) return gathered(ownerId, groups)
  if (place.startsWith('~')) throw new ApiError('bad_request', 'Everything of this place cannot be chosen at once.')
  const folder = await openFolder(tx, ownerId, place)
  return Prisma.sql`e.parent_id = ${folder.id} AND e.trash_id IS NULL`
}

function gathered(ownerId: string, groups: Record<string, string | undefined>): Prisma.Sql {
  const { kind, key = '', type } = groups
  const present = Prisma.sql`e.owner_id = ${ownerId} AND e.trash_id IS NULL`
  if (kind === 'favourites')
    return Prisma.sql`${present} AND EXISTS (SELECT 1 FROM favourite f WHERE f.entry_id = e.id)`
  if (kind === 'recent') return Prisma.sql`${present} AND e.id IN (${recentEntries(ownerId)})`
  if (kind === 'category') {
    const ofType = type === undefined ? Prisma.empty : Prisma.sql`AND e.type = ${type}`
    return Prisma.sql`${present} AND e.kind = 1 AND e.category = ${key} ${ofType}`
  }
  return Prisma.sql`${present} AND EXISTS (
    SELECT 1 FROM entry_tag et JOIN tag t ON t.id = et.tag_id
    WHERE et.entry_id = e.id AND t.owner_id = ${ownerId} AND t.public_id = ${key})`
}

/** Recent is for what one was at just now; older things are found in their folders or by search. */
export const RECENT_MAX = 1000

/** Files opened or added, the last ones: two indexes, each read from its newest end. As the listing shows them. */
function recentEntries(ownerId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT id FROM (
      (SELECT o.entry_id AS id, o.at FROM entry_opened o JOIN entry r ON r.id = o.entry_id AND r.trash_id IS NULL
        WHERE o.owner_id = ${ownerId} ORDER BY o.at DESC, o.entry_id DESC LIMIT ${RECENT_MAX})
      UNION ALL
      (SELECT r.id, r.created_at FROM entry r
        WHERE r.owner_id = ${ownerId} AND r.trash_id IS NULL AND r.kind = 1
          AND NOT EXISTS (SELECT 1 FROM entry_opened o WHERE o.entry_id = r.id)
        ORDER BY r.created_at DESC, r.id DESC LIMIT ${RECENT_MAX})
    ) newest ORDER BY at DESC, id DESC LIMIT ${RECENT_MAX}`
}
