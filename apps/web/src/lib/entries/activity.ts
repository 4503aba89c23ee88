import type { Transaction } from '../db.ts'

/** What can happen to an entry. */
type ActivityKind =
  | 'added'
  | 'renamed'
  | 'moved'
  | 'copied'
  | 'trashed'
  | 'restored'
  | 'shared'
  | 'unshared'
  | 'replaced'
  | 'edited'

export interface NewActivity {
  entryId: bigint
  actorId: string
  kind: ActivityKind
  /** Names and numbers that a sentence needs: { from: 'old name' }, { to: 'folder' } … */
  detail?: Record<string, string | number>
}

/** Notes what happened to entries, in the transaction that made it happen. One statement for any number. */
export async function recordActivity(tx: Transaction, activities: readonly NewActivity[]): Promise<void> {
  if (activities.length === 0) return
  const rows = activities.map(({ entryId, actorId, kind, detail }) => ({
    entry_id: String(entryId),
    actor_id: actorId,
    kind,
    detail: detail ?? {},
  }))
  await tx.$executeRaw`
    INSERT INTO activity (entry_id, actor_id, kind, detail)
    SELECT entry_id, actor_id, kind, detail
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(entry_id bigint, actor_id text, kind text, detail jsonb)`
}
