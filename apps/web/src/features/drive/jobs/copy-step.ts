import type { ApiError } from '../../../lib/api-error.ts'
import type { Transaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { notFound, visibleFolders } from '../../../lib/entries/open-entries.ts'
import { newPublicId } from '../../../lib/public-id.ts'
import { changeSpace, notEnoughSpace, spaceOf } from '../../../lib/quota.ts'
import {
  addChildren,
  type BatchResult,
  countOf,
  type ItemResult,
  type JobEntry,
  nextItems,
  type RunningJob,
  saveResults,
} from './job-rows.ts'
import { renamedColumns } from './place-entries.ts'
import { decisionOf, type Placement, type Settled, settleNames, trashReplaced } from './taken-names.ts'

const BATCH_ITEMS = 500

/** The next copies: new entries for the same stored content. What lies in a copied folder joins the job. */
export async function copyStep(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const items = await nextItems(tx, job, BATCH_ITEMS)
  if (items.length === 0) return { done: 0, finished: true }
  const wanted = await placementsOf(tx, job, items)
  const settled = await settleNames(tx, wanted, {
    // Beside the original there is nothing to decide: the copy gets a number.
    decide: ({ item, targetId }) => (item.parentId === targetId ? 'keep' : decisionOf(job.input, item)),
    mergesFolders: true,
    originalStays: true,
  })
  await trashReplaced(tx, settled)
  const placements = settled.flatMap((one) => (one.how === 'place' ? [one.placement] : []))
  const bytes = placements.reduce((sum, { item }) => sum + item.size, 0n)
  const made = await insertCopies(tx, job.ownerId, placements)
  // After the entries, as uploads do: counting those takes a lock that an upload holds while it waits for the quota.
  await takeSpace(tx, job.ownerId, bytes)
  const results = resultsOf(items, settled, made)
  await saveResults(tx, job.id, results)
  await addChildren(tx, job.id, folderPairs(settled, made))
  await noteCopies(tx, job, placements, made)
  return {
    done: items.length,
    skipped: countOf(results, 'skipped') + countOf(results, 'gone'),
    renamed: settled.filter((one) => one.how === 'place' && one.renamed && one.placement.item.top).length,
    bytes,
    at: items.at(-1)?.n ?? job.at,
  }
}

async function placementsOf(tx: Transaction, job: RunningJob, items: readonly JobEntry[]): Promise<Placement[]> {
  const mainId = BigInt(job.input.target?.internalId ?? 0)
  const targetOf = (item: JobEntry) => item.targetId ?? mainId
  const visible = await visibleFolders(tx, job.ownerId, [...new Set(items.map(targetOf))])
  if (!visible.has(mainId) && items.some((item) => item.targetId === null)) throw notFound()
  return items
    .filter((item) => item.publicId !== null && item.trashId === null && visible.has(targetOf(item)))
    .map((item) => ({ item, targetId: targetOf(item), name: item.name }))
}

async function takeSpace(tx: Transaction, ownerId: string, bytes: bigint): Promise<void> {
  if (await changeSpace(tx, ownerId, { used: bytes })) return
  throw await noSpace(tx, ownerId, bytes)
}

export async function noSpace(tx: Transaction, ownerId: string, bytes: bigint): Promise<ApiError> {
  return notEnoughSpace(await spaceOf(tx, ownerId), Number(bytes))
}

/** One INSERT … SELECT: everything but place, name and identity comes from the original. By item: the new entry. */
async function insertCopies(
  tx: Transaction,
  ownerId: string,
  placements: readonly Placement[],
): Promise<Map<bigint, bigint>> {
  if (placements.length === 0) return new Map()
  const rows = placements.map(({ item, targetId, name }) => ({
    n: String(item.n),
    entry_id: String(item.entryId),
    parent_id: String(targetId),
    public_id: newPublicId(),
    ...(name === item.name ? {} : renamedColumns(name)),
  }))
  const itemOf = new Map(placements.map(({ item }, index) => [rows[index]?.public_id, item.n]))
  const made = await tx.$queryRaw<{ id: bigint; public_id: string }[]>`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams, category, blob_id, size, modified_at)
    SELECT r.public_id, ${ownerId}, r.parent_id, e.kind, coalesce(r.name, e.name), coalesce(r.sort_key, e.sort_key),
      coalesce(r.grams, e.grams), e.category, e.blob_id, e.size, e.modified_at
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(n bigint, entry_id bigint, parent_id bigint, public_id text, name text, sort_key text, grams text[])
    JOIN entry e ON e.id = r.entry_id
    ORDER BY r.n
    RETURNING id, public_id`
  return new Map(
    made.flatMap(({ id, public_id }) => {
      const n = itemOf.get(public_id)
      return n === undefined ? [] : [[n, id] as const]
    }),
  )
}

/** Each folder with the one that its content is copied into. */
function folderPairs(settled: readonly Settled[], made: ReadonlyMap<bigint, bigint>) {
  return settled.flatMap((one) => {
    if (one.how === 'merge') return [{ folderId: one.item.entryId, targetId: one.into.id }]
    if (one.how === 'skip' || one.placement.item.kind !== KIND_FOLDER) return []
    const { n, entryId } = one.placement.item
    const targetId = made.get(n)
    return targetId === undefined ? [] : [{ folderId: entryId, targetId }]
  })
}

function resultsOf(
  items: readonly JobEntry[],
  settled: readonly Settled[],
  made: ReadonlyMap<bigint, bigint>,
): ItemResult[] {
  const known = new Map(settled.map((one) => [(one.how === 'place' ? one.placement.item : one.item).n, one]))
  return items.map(({ n }) => {
    const one = known.get(n)
    if (one?.how === 'skip') return { n, outcome: 'skipped' }
    if (one?.how === 'merge') return { n, outcome: 'merged' }
    const madeId = made.get(n)
    if (one === undefined || madeId === undefined) return { n, outcome: 'gone' }
    return { n, outcome: 'done', madeId, ...(one.replaced === undefined ? {} : { replacedId: one.replaced.id }) }
  })
}

async function noteCopies(
  tx: Transaction,
  job: RunningJob,
  placements: readonly Placement[],
  made: ReadonlyMap<bigint, bigint>,
): Promise<void> {
  const tops = placements.flatMap(({ item }) => {
    const entryId = made.get(item.n)
    return item.top && entryId !== undefined ? [{ item, entryId }] : []
  })
  await recordActivity(
    tx,
    tops.map(({ item, entryId }) => ({
      entryId,
      actorId: job.ownerId,
      ...(job.kind === 'save' ? { kind: 'added' as const } : { kind: 'copied' as const, detail: { from: item.name } }),
    })),
  )
}
