import type { Transaction } from '../../../lib/db.ts'
import type { Conflict } from '../../../lib/entries/conflict.ts'
import type { JobKind } from '../schema.ts'

/** What was asked for, as the column `input` keeps it. */
export interface JobInput {
  /** Name of the first entry, and of the folder where things go: for sentences. */
  name: string
  target?: { id: string; name: string; internalId: string }
  /** Whose entries they are, when they are not the job's owner's. */
  sourceOwnerId?: string
  /** What to do about taken names; null: nobody was asked, nothing is overwritten. */
  conflict: Conflict | null
  /** Decided one by one, by public id. */
  decisions?: Record<string, Conflict>
}

/** A job under its row lock, in the middle of a batch. */
export interface RunningJob {
  id: bigint
  ownerId: string
  kind: JobKind
  input: JobInput
  phase: number
  at: bigint
  undoesId: bigint | null
}

/** What a batch did. `end`: where the next one goes on; `finished`: there is none. */
export interface BatchResult {
  done: number
  skipped?: number
  renamed?: number
  bytes?: bigint
  /** Entries that came to light inside of others. */
  found?: number
  phase?: number
  at?: bigint
  finished?: boolean
}

/** An item of a job with its entry as it is now. */
export interface JobEntry {
  n: bigint
  entryId: bigint
  targetId: bigint | null
  wantedName: string | null
  top: boolean
  /** Null from here on: the entry is gone. */
  publicId: string | null
  parentId: bigint
  kind: number
  name: string
  size: bigint
  trashId: bigint | null
}

/** The next items of a job, in order, their entries not locked yet. */
export async function nextItems(tx: Transaction, job: RunningJob, limit: number): Promise<JobEntry[]> {
  return await tx.$queryRaw<JobEntry[]>`
    SELECT i.n, i.entry_id AS "entryId", i.target_id AS "targetId", i.name AS "wantedName", i.top,
      e.public_id AS "publicId", e.parent_id AS "parentId", e.kind::int AS kind, e.name, e.size, e.trash_id AS "trashId"
    FROM (
      SELECT * FROM job_item WHERE job_id = ${job.id} AND n > ${job.at} ORDER BY n LIMIT ${limit}
    ) i LEFT JOIN entry e ON e.id = i.entry_id AND e.owner_id = ${job.input.sourceOwnerId ?? job.ownerId}
    ORDER BY i.n`
}

/** Locks the entries of these items in the order of their ids and reads them anew; those that are gone are left out. */
export async function lockEntries(tx: Transaction, items: readonly JobEntry[]): Promise<JobEntry[]> {
  const locked = await tx.$queryRaw<{ id: bigint; parentId: bigint; name: string; trashId: bigint | null }[]>`
    SELECT id, parent_id AS "parentId", name, trash_id AS "trashId" FROM entry
    WHERE id = ANY(${items.map(({ entryId }) => entryId)}::bigint[]) ORDER BY id FOR NO KEY UPDATE`
  const byId = new Map(locked.map((row) => [row.id, row]))
  return items.flatMap((item) => {
    const now = byId.get(item.entryId)
    return now === undefined || item.publicId === null ? [] : [{ ...item, ...now }]
  })
}

/** What became of an item, for its row. */
export interface ItemResult {
  n: bigint
  outcome: 'done' | 'skipped' | 'gone' | 'merged'
  fromId?: bigint
  fromName?: string
  madeId?: bigint
  replacedId?: bigint
}

export async function saveResults(tx: Transaction, jobId: bigint, results: readonly ItemResult[]): Promise<void> {
  if (results.length === 0) return
  const rows = results.map(({ n, outcome, fromId, fromName, madeId, replacedId }) => ({
    n: String(n),
    outcome,
    from_id: textOrNull(fromId),
    from_name: fromName ?? null,
    made_id: textOrNull(madeId),
    replaced_id: textOrNull(replacedId),
  }))
  await tx.$executeRaw`
    UPDATE job_item i SET outcome = r.outcome, from_id = r.from_id, from_name = r.from_name, made_id = r.made_id,
      replaced_id = r.replaced_id
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(n bigint, outcome text, from_id bigint, from_name text, made_id bigint, replaced_id bigint)
    WHERE i.job_id = ${jobId} AND i.n = r.n`
}

const textOrNull = (id: bigint | undefined) => (id === undefined ? null : String(id))

/**
 * Adds what lies directly in folders as items of the job, each with the folder it goes to; not what the job itself has
 * made, or copying into what is being copied would never end. Returns how many.
 */
export async function addChildren(
  tx: Transaction,
  jobId: bigint,
  pairs: readonly { folderId: bigint; targetId: bigint | null }[],
): Promise<number> {
  if (pairs.length === 0) return 0
  const rows = pairs.map(({ folderId, targetId }) => ({
    folder_id: String(folderId),
    target_id: targetId === null ? null : String(targetId),
  }))
  return await tx.$executeRaw`
    INSERT INTO job_item (job_id, entry_id, target_id, top)
    SELECT ${jobId}, c.id, r.target_id, false
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(folder_id bigint, target_id bigint)
    JOIN entry c ON c.parent_id = r.folder_id AND c.trash_id IS NULL
    WHERE NOT EXISTS (SELECT 1 FROM job_item m WHERE m.job_id = ${jobId} AND m.made_id = c.id)
    ORDER BY c.kind, c.sort_key, c.id`
}

export const countOf = (results: readonly ItemResult[], outcome: ItemResult['outcome']) =>
  results.filter((result) => result.outcome === outcome).length
