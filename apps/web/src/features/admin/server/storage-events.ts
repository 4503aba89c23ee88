import { recordAudit } from '../../../lib/audit.ts'
import { db, inTransaction } from '../../../lib/db.ts'
import type { GroupView, StorageView } from '../cluster-view.ts'
import type { StorageHistory } from '../schema.ts'

const ACTION = 'storage.state'
const EVENTS_MAX = 20

function targetId({ group, id }: Pick<StorageView, 'group' | 'id'>): string {
  return `${group}/${id}`
}

/** Writes a line for each storage that is in another state than when it was last looked at. Returns how many. */
export async function noteStates(groups: readonly GroupView[]): Promise<number> {
  let changed = 0
  for (const storage of groups.flatMap(({ storages }) => storages)) {
    const before = await lastState(storage)
    if (before === storage.state) continue
    const target = { kind: 'storage', id: targetId(storage), name: storage.ip }
    const detail = { from: before, to: storage.state }
    await inTransaction((tx) => recordAudit(tx, { actorId: null, action: ACTION, target, detail }))
    changed += 1
  }
  return changed
}

async function lastState(storage: StorageView): Promise<string | null> {
  const [last] = await readEvents(storage.group, storage.id, 1)
  return last?.to ?? null
}

/** When a storage changed its state, the newest first. */
export async function readEvents(group: string, id: string, count = EVENTS_MAX): Promise<StorageHistory['events']> {
  const rows = await db().audit.findMany({
    where: { targetKind: 'storage', targetId: targetId({ group, id }), action: ACTION },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: count,
    select: { at: true, detail: true },
  })
  return rows.map(({ at, detail }) => ({
    at: at.toISOString(),
    from: textOf(detail, 'from'),
    to: textOf(detail, 'to') ?? '',
  }))
}

function textOf(detail: unknown, key: string): string | null {
  const value: unknown = typeof detail === 'object' && detail !== null ? Reflect.get(detail, key) : null
  return typeof value === 'string' ? value : null
}
