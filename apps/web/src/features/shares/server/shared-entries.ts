import { db, type Transaction } from '../../../lib/db.ts'
import type { EntryItem } from '../../../lib/entries/entry-item.ts'
import { type EntryRow, entryColumns, entryTables, toItem } from '../../../lib/entries/entry-rows.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import { processWide } from '../../../lib/process-wide.ts'
import type { VisitedItem, VisitedList, VisitedShare } from '../schema.ts'
import { type LiveShare, WALK_MAX } from './open-share.ts'

const MEASURE_FRESH_MS = 60_000
const MEASURED_MAX = 1000

interface StepRow {
  start_id: bigint
  id: bigint
  public_id: string
  name: string
  kind: number
  trash_id: bigint | null
  shared: boolean
}

/** Something in a link, and the way to it from what was shared: nothing above that is ever told. */
export interface SharedEntry {
  id: bigint
  publicId: string
  name: string
  kind: number
  path: { id: string; name: string }[]
}

/** Throws not_found for what is not in this link or not present: siblings, parents, other people's, what is in trash. */
export async function openSharedEntry(share: LiveShare, publicId: string): Promise<SharedEntry> {
  const [entry] = await openAll(share, [publicId])
  if (!entry) throw notFound()
  return entry
}

/** In one statement, however many, in their order. Throws not_found when one of them may not be opened. */
async function openAll(share: LiveShare, publicIds: readonly string[]): Promise<SharedEntry[]> {
  const steps = await db().$queryRaw<StepRow[]>`
    WITH RECURSIVE up AS (
      SELECT e.id AS start_id, e.id, e.public_id, e.name, e.kind, e.parent_id, e.trash_id, 0 AS steps
      FROM entry e
      WHERE e.owner_id = ${share.ownerId} AND e.public_id = ANY(${[...publicIds]}::text[]) AND e.parent_id IS NOT NULL
      UNION ALL
      SELECT up.start_id, p.id, p.public_id, p.name, p.kind, p.parent_id, p.trash_id, up.steps + 1
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    )
    SELECT start_id, id, public_id, name, kind::int, trash_id,
      EXISTS (SELECT 1 FROM share_item i WHERE i.share_id = ${share.id} AND i.entry_id = up.id) AS shared
    FROM up ORDER BY start_id, steps`
  const ways = new Map<bigint, StepRow[]>()
  for (const step of steps) ways.set(step.start_id, [...(ways.get(step.start_id) ?? []), step])
  const opened = new Map([...ways.values()].map(sharedEntry).map((entry) => [entry.publicId, entry]))
  return publicIds.map((publicId) => {
    const entry = opened.get(publicId)
    if (entry === undefined) throw notFound()
    return entry
  })
}

/** From an entry up to the top folder. */
function sharedEntry(way: readonly StepRow[]): SharedEntry {
  const [entry] = way
  const top = way.findIndex((step) => step.shared)
  if (!entry || top < 0 || way.some((step) => step.trash_id !== null)) throw notFound()
  const path = way.slice(0, top + 1).toReversed()
  return {
    id: entry.id,
    publicId: entry.public_id,
    name: entry.name,
    kind: entry.kind,
    path: path.map((step) => ({ id: step.public_id, name: step.name })),
  }
}

/** What was shared itself, as far as it is present. */
async function presentTops(tx: Transaction, share: { id: bigint; ownerId: string }): Promise<bigint[]> {
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    WITH RECURSIVE up AS (
      SELECT e.id AS start_id, e.parent_id, e.trash_id, 0 AS steps
      FROM share_item i JOIN entry e ON e.id = i.entry_id
      WHERE i.share_id = ${share.id} AND e.owner_id = ${share.ownerId}
      UNION ALL
      SELECT up.start_id, p.parent_id, p.trash_id, up.steps + 1
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    )
    SELECT start_id AS id FROM up GROUP BY start_id HAVING bool_and(trash_id IS NULL)`
  return rows.map((row) => row.id)
}

/** An entry of a link that has this content: present, and in the link itself or below a folder of it. */
export async function findSharedContent(share: LiveShare, fileId: string): Promise<string | undefined> {
  const [found] = await db().$queryRaw<{ public_id: string }[]>`
    WITH RECURSIVE up AS (
      SELECT e.public_id, e.id, e.parent_id, e.trash_id, 0 AS steps
      FROM blob b JOIN entry e ON e.blob_id = b.id
      WHERE b.file_id = ${fileId} AND e.owner_id = ${share.ownerId}
      UNION ALL
      SELECT up.public_id, p.id, p.parent_id, p.trash_id, up.steps + 1
      FROM up JOIN entry p ON p.id = up.parent_id WHERE up.steps < ${WALK_MAX}
    )
    SELECT up.public_id FROM up LEFT JOIN share_item i ON i.share_id = ${share.id} AND i.entry_id = up.id
    GROUP BY up.public_id HAVING bool_and(up.trash_id IS NULL) AND count(i.entry_id) > 0 LIMIT 1`
  return found?.public_id
}

/** Several entries of a link, or all that was shared; in each case what is present. Throws not_found if one is not in it. */
export async function openSharedEntries(share: LiveShare, publicIds: readonly string[] | undefined) {
  if (publicIds === undefined) return { ids: await presentTops(db(), share), names: [] }
  const entries = await openAll(share, [...new Set(publicIds)])
  return { ids: entries.map((entry) => entry.id), names: entries.map((entry) => entry.name) }
}

const orders: Record<VisitedList['sort'], (a: EntryRow, b: EntryRow) => number> = {
  name: (a, b) => byText(a.sort_key, b.sort_key),
  size: (a, b) => Number(a.size - b.size) || byText(a.sort_key, b.sort_key),
  modified: (a, b) => a.modified_at.getTime() - b.modified_at.getTime() || byText(a.sort_key, b.sort_key),
}

function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The first page of a link: at most as many as one link may be made of, so all at once. Folders come first. */
export async function listSharedTops(share: LiveShare, sort: VisitedList['sort'], dir: 'asc' | 'desc') {
  const ids = await presentTops(db(), share)
  const rows = await db().$queryRaw<EntryRow[]>`
    SELECT ${entryColumns} FROM ${entryTables} WHERE e.id = ANY(${ids}::bigint[]) AND e.trash_id IS NULL`
  const turn = dir === 'asc' ? 1 : -1
  return rows.toSorted((a, b) => a.kind - b.kind || turn * orders[sort](a, b)).map(toItem)
}

/** What visitors get to see of an entry: what its owner noted about it stays with the owner. */
export function toVisitedItem(item: EntryItem & { thumbnailUrl?: string }): VisitedItem {
  const { id, kind, name, size, category, contentType, modifiedAt, items, thumbnailUrl } = item
  return {
    ...{ id, kind, name, size, category, contentType, modifiedAt },
    ...(items === undefined ? {} : { items }),
    ...(thumbnailUrl === undefined ? {} : { thumbnailUrl }),
  }
}

/**
 * How many files and folders these entries are with all below them, and how large. Only folders are walked: how many
 * entries lie in each of them, and their bytes, is kept.
 */
export async function measureTree(
  tx: Transaction,
  topIds: readonly bigint[],
): Promise<{ files: number; folders: number; bytes: number }> {
  const [sum] = await tx.$queryRaw<[{ files: bigint; folders: bigint; bytes: bigint }]>`
    WITH RECURSIVE top AS (
      SELECT id, kind, size FROM entry WHERE id = ANY(${[...topIds]}::bigint[]) AND trash_id IS NULL
    ), down AS (
      SELECT id, 0 AS inner_folders FROM top WHERE kind = 0
      UNION ALL
      SELECT c.id, 1 FROM down JOIN entry c ON c.parent_id = down.id AND c.kind = 0 AND c.trash_id IS NULL
    ), inside AS (
      SELECT count(*) AS folders, coalesce(sum(t.entries), 0) - coalesce(sum(inner_folders), 0) AS files,
        coalesce(sum(t.bytes), 0) AS bytes
      FROM down LEFT JOIN folder_total t ON t.folder_id = down.id
    )
    SELECT (inside.files + (SELECT count(*) FROM top WHERE kind = 1))::bigint AS files, inside.folders,
      (inside.bytes + (SELECT coalesce(sum(size), 0) FROM top))::bigint AS bytes
    FROM inside`
  return { files: Number(sum.files), folders: Number(sum.folders), bytes: Number(sum.bytes) }
}

type MeasuredLink = Pick<VisitedShare, 'title' | 'more' | 'items' | 'bytes'>

interface MeasuredShare {
  value: Promise<MeasuredLink>
  until: number
}

/** Title, number and size of what a link holds. Kept for a minute: a sum over 100,000 files is not for every visit. */
export function measureShare(share: { id: bigint; ownerId: string }): Promise<MeasuredLink> {
  const measured = processWide('measured-shares', () => new Map<bigint, MeasuredShare>())
  const known = measured.get(share.id)
  if (known && known.until > Date.now()) return known.value
  if (measured.size >= MEASURED_MAX) measured.clear()
  const value = measure(share)
  measured.set(share.id, { value, until: Date.now() + MEASURE_FRESH_MS })
  value.catch(() => measured.delete(share.id))
  return value
}

async function measure(share: { id: bigint; ownerId: string }): Promise<MeasuredLink> {
  const tops = await presentTops(db(), share)
  const [first] = await db().$queryRaw<{ name: string; inside: number | null }[]>`
    SELECT e.name, CASE WHEN e.kind = 0 THEN coalesce(t.entries, 0)::int END AS inside
    FROM share_item i JOIN entry e ON e.id = i.entry_id LEFT JOIN folder_total t ON t.folder_id = e.id
    WHERE i.share_id = ${share.id} AND e.id = ANY(${tops}::bigint[]) ORDER BY i.position LIMIT 1`
  const { bytes } = await measureTree(db(), tops)
  const more = Math.max(0, tops.length - 1)
  return { title: first?.name ?? '', more, items: more === 0 ? (first?.inside ?? tops.length) : tops.length, bytes }
}
