import { db, inTransaction, type Transaction, violatedIndex } from '../db.ts'
import { freeName } from './free-name.ts'
import { nameKeys } from './name-keys.ts'

/** The counts of a person are locked while a batch lasts, so that nothing else of theirs can change. */
const TREE_BATCH_ROWS = 1000

/**
 * Trashing and restoring change the top entry at once; what lies below follows in batches. `tree_job` remembers what is
 * left, so that it goes on in another process after a crash. A newer wish for the same entry replaces the older one.
 */
export async function addTreeJobs(
  tx: Transaction,
  topIds: readonly bigint[],
  kind: 'trash' | 'restore',
): Promise<void> {
  if (topIds.length === 0) return
  await tx.$executeRaw`
    INSERT INTO tree_job (top_id, kind)
    SELECT id, ${kind} FROM unnest(${[...topIds].toSorted(byId)}::bigint[]) AS t(id)
    ON CONFLICT (top_id) DO UPDATE SET kind = excluded.kind`
}

const byId = (a: bigint, b: bigint) => Number(a - b)

/** Goes on with this job until it is done or it is `untilMs`. True when nothing is left, or another process is at it. */
export async function runTreeJob(topId: bigint, untilMs: number): Promise<boolean> {
  do {
    if (await runTreeBatch(topId)) return true
  } while (Date.now() < untilMs)
  return false
}

async function runTreeBatch(topId: bigint): Promise<boolean> {
  try {
    return await inTransaction((tx) => runBatch(tx, topId))
  } catch (error) {
    // A new entry took a name while its old bearer was coming back.
    if (violatedIndex(error) === 'entry_name') return false
    throw error
  }
}

async function runBatch(tx: Transaction, topId: bigint): Promise<boolean> {
  const [job] = await tx.$queryRaw<{ kind: string }[]>`
    SELECT kind FROM tree_job WHERE top_id = ${topId} FOR UPDATE SKIP LOCKED`
  if (!job) return true
  const changed = job.kind === 'trash' ? await trashBatch(tx, topId) : await restoreBatch(tx, topId)
  if (changed > 0) return false
  await tx.treeJob.delete({ where: { topId } })
  return true
}

// Level by level: children, not yet marked, of entries that are. What was trashed before keeps its own mark.
async function trashBatch(tx: Transaction, topId: bigint): Promise<number> {
  return await tx.$executeRaw`
    UPDATE entry e SET trash_id = ${topId}, trashed_at = t.trashed_at
    FROM entry t
    WHERE t.id = ${topId} AND t.trash_id = t.id AND e.id IN (
      SELECT c.id FROM entry p JOIN entry c ON c.parent_id = p.id AND c.trash_id IS NULL
      WHERE p.trash_id = ${topId} AND p.kind = 0
      LIMIT ${TREE_BATCH_ROWS}
    )`
}

async function restoreBatch(tx: Transaction, topId: bigint): Promise<number> {
  const restored = await tx.$executeRaw`
    UPDATE entry e SET trash_id = NULL, trashed_at = NULL
    WHERE e.id IN (SELECT id FROM entry WHERE trash_id = ${topId} LIMIT ${TREE_BATCH_ROWS})
      AND NOT EXISTS (
        SELECT 1 FROM entry o WHERE o.parent_id = e.parent_id AND o.name = e.name AND o.trash_id IS NULL
      )`
  return restored > 0 ? restored : await restoreRenamed(tx, topId)
}

// Only entries are left whose names were given away meanwhile.
async function restoreRenamed(tx: Transaction, topId: bigint): Promise<number> {
  const entry = await tx.entry.findFirst({ where: { trashId: topId } })
  if (!entry || entry.parentId === null) return 0
  const name = await freeName(tx, entry.parentId, entry.name)
  const data = { trashId: null, trashedAt: null, name, ...nameKeys(name) }
  await tx.entry.update({ where: { id: entry.id }, data })
  return 1
}

/** The jobs that are left, oldest first. */
export async function listTreeJobs(): Promise<bigint[]> {
  const jobs = await db().treeJob.findMany({ orderBy: { createdAt: 'asc' }, select: { topId: true }, take: 100 })
  return jobs.map((job) => job.topId)
}
