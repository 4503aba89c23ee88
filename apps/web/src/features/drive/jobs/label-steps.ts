import type { Transaction } from '../../../lib/db.ts'
import { markFavourite } from '../../../lib/entries/marks.ts'
import {
  type BatchResult,
  type ItemResult,
  type JobEntry,
  lockEntries,
  nextItems,
  type RunningJob,
  saveResults,
} from './job-rows.ts'

const BATCH_ITEMS = 1000

/** Stars for the next entries, or none. What was so already counts as left out: taking the job back must not change it. */
export async function starStep(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const items = await nextItems(tx, job, BATCH_ITEMS)
  if (items.length === 0) return { done: 0, finished: true }
  const entryIds = await presentIds(tx, items)
  const changed = new Set(await markFavourite(tx, { ownerId: job.ownerId, entryIds, on: job.kind === 'star' }))
  return await endBatch(tx, job, { items, entryIds, changed })
}

/** Tags for the next entries. What an entry has got and lost takes the place of what it was to get and lose. */
export async function tagStep(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const items = await nextItems(tx, job, BATCH_ITEMS)
  const [first, last] = [items[0], items.at(-1)]
  if (first === undefined || last === undefined) return { done: 0, finished: true }
  // Tags before entries, as everybody does who changes both; one that is gone by now is passed over.
  await tx.$executeRaw`
    SELECT 1 FROM tag WHERE owner_id = ${job.ownerId} AND id IN (
      SELECT unnest(tags_on || tags_off) FROM job_item WHERE job_id = ${job.id} AND n BETWEEN ${first.n} AND ${last.n}
    ) ORDER BY id FOR NO KEY UPDATE`
  const entryIds = await presentIds(tx, items)
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    WITH item AS (
      SELECT n, entry_id, tags_on, tags_off FROM job_item
      WHERE job_id = ${job.id} AND n BETWEEN ${first.n} AND ${last.n} AND entry_id = ANY(${entryIds}::bigint[])
    ), added AS (
      INSERT INTO entry_tag (tag_id, entry_id)
      SELECT t.id, i.entry_id FROM item i, unnest(i.tags_on) wanted JOIN tag t ON t.id = wanted
      ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING tag_id, entry_id
    ), removed AS (
      DELETE FROM entry_tag x USING item i WHERE x.entry_id = i.entry_id AND x.tag_id = ANY(i.tags_off)
      RETURNING x.tag_id, x.entry_id
    ), changed AS (
      SELECT entry_id, array_agg(tag_id) FILTER (WHERE is_on) AS got, array_agg(tag_id) FILTER (WHERE NOT is_on) AS lost
      FROM (SELECT *, true AS is_on FROM added UNION ALL SELECT *, false FROM removed) both_ways GROUP BY entry_id
    ), noted AS (
      UPDATE job_item i SET tags_on = coalesce(c.got, '{}'), tags_off = coalesce(c.lost, '{}')
      FROM item LEFT JOIN changed c ON c.entry_id = item.entry_id WHERE i.job_id = ${job.id} AND i.n = item.n
    )
    SELECT entry_id AS id FROM changed`
  return await endBatch(tx, job, { items, entryIds, changed: new Set(rows.map(({ id }) => id)) })
}

/** Locked, in trash none of them. */
async function presentIds(tx: Transaction, items: readonly JobEntry[]): Promise<bigint[]> {
  const locked = await lockEntries(tx, items)
  return locked.filter(({ trashId }) => trashId === null).map(({ entryId }) => entryId)
}

interface Batch {
  items: readonly JobEntry[]
  entryIds: readonly bigint[]
  changed: ReadonlySet<bigint>
}

async function endBatch(tx: Transaction, job: RunningJob, batch: Batch): Promise<BatchResult> {
  const { items, changed } = batch
  const present = new Set(batch.entryIds)
  const outcomeOf = (id: bigint): ItemResult['outcome'] => {
    if (changed.has(id)) return 'done'
    return present.has(id) ? 'skipped' : 'gone'
  }
  await saveResults(
    tx,
    job.id,
    items.map(({ n, entryId }) => ({ n, outcome: outcomeOf(entryId) })),
  )
  return { done: items.length, skipped: items.length - changed.size, at: items.at(-1)?.n ?? job.at }
}
