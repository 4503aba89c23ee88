import { Prisma } from '../../../generated/prisma/client.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { inTransaction, type Transaction } from '../../../lib/db.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import type { JobKind } from '../schema.ts'
import { type CreatedJob, insertRow, nameJob } from './create-job.ts'
import { UNDO_MINUTES } from './job-queries.ts'

interface UndoneJob {
  id: bigint
  kind: JobKind
}

/**
 * A job that takes another one back: what moved returns, what was trashed is restored, copies go to trash, and stars and
 * tags are as they were.
 */
export async function createUndo(ownerId: string, publicId: string): Promise<CreatedJob> {
  return await inTransaction(async (tx) => {
    const [undone] = await tx.$queryRaw<UndoneJob[]>`
      SELECT id, kind FROM job
      WHERE public_id = ${publicId} AND owner_id = ${ownerId} AND state NOT IN ('queued', 'running')
        AND finished_at > now() - make_interval(mins => ${UNDO_MINUTES}) AND kind <> 'delete'
        AND NOT EXISTS (SELECT 1 FROM job u WHERE u.undoes_id = job.id)
      FOR NO KEY UPDATE`
    if (undone === undefined) throw notFound()
    const { kind, item, which = Prisma.sql`TRUE` } = await inverseOf(tx, undone)
    const job = await insertRow(tx, { ownerId, kind, input: { name: '', conflict: 'keep' }, undoesId: undone.id })
    const total = await tx.$executeRaw`
      INSERT INTO job_item (job_id, entry_id, target_id, name, tags_on, tags_off)
      SELECT ${job.id}, ${item} FROM job_item i WHERE i.job_id = ${undone.id} AND i.outcome = 'done' AND ${which} ORDER BY i.n`
    if (total === 0) throw new ApiError('not_found', 'There is nothing to take back.')
    await nameJob(tx, job.id, total)
    return { id: job.id, total }
  })
}

/** `item`: what an item `i` becomes, as entry, folder, name, tags to put on and to take off; `which` of those that were done. */
type Inverse = { kind: JobKind; item: Prisma.Sql; which?: Prisma.Sql }

const sameEntry = Prisma.sql`i.entry_id, NULL::bigint, NULL::text, NULL::bigint[], NULL::bigint[]`

async function inverseOf(tx: Transaction, { id, kind }: UndoneJob): Promise<Inverse> {
  switch (kind) {
    case 'move':
      await bringBackMerged(tx, id)
      return {
        kind: 'move',
        item: Prisma.sql`i.entry_id, i.from_id, i.from_name, NULL::bigint[], NULL::bigint[]`,
        which: Prisma.sql`i.from_id IS NOT NULL`,
      }
    case 'copy':
    case 'save':
      return {
        kind: 'trash',
        item: Prisma.sql`i.made_id, NULL::bigint, NULL::text, NULL::bigint[], NULL::bigint[]`,
        // Not what lies in folders that the job made: it goes with them.
        which: Prisma.sql`i.made_id IS NOT NULL AND (i.top OR NOT EXISTS (
          SELECT 1 FROM job_item m WHERE m.job_id = ${id} AND m.made_id = i.target_id
        ))`,
      }
    case 'tag':
      return { kind: 'tag', item: Prisma.sql`i.entry_id, NULL::bigint, NULL::text, i.tags_off, i.tags_on` }
    case 'star':
      return { kind: 'unstar', item: sameEntry }
    case 'unstar':
      return { kind: 'star', item: sameEntry }
    default:
      return { kind: kind === 'trash' ? 'restore' : 'trash', item: sameEntry }
  }
}

/** Folders that went to trash because everything in them had moved into others: their content returns into them. */
async function bringBackMerged(tx: Transaction, jobId: bigint): Promise<void> {
  await tx.$executeRaw`
    UPDATE entry e SET trash_id = NULL, trashed_at = NULL FROM job_item i
    WHERE i.job_id = ${jobId} AND i.outcome = 'merged' AND e.id = i.entry_id AND e.trash_id = e.id
      AND NOT EXISTS (
        SELECT 1 FROM entry o WHERE o.parent_id = e.parent_id AND o.name = e.name AND o.trash_id IS NULL
      )`
}
