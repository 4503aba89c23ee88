import { ApiError } from '../../../lib/api-error.ts'
import { recordAudit } from '../../../lib/audit.ts'
import { inTransaction } from '../../../lib/db.ts'
import { addressBook, isReachable, reachingStorage } from '../../../lib/dfs.ts'
import { settleSetAside } from '../../../lib/storage-service.ts'
import type { Aside, Settled } from '../schema.ts'

/** Tells a storage to try changes that it has set aside again, or to forget them. */
export async function settleAside(
  admin: { id: string; headers: Headers },
  { group, id }: { group: string; id: string },
  { action, ids }: Aside,
): Promise<Settled> {
  return await reachingStorage(async () => {
    const member = await addressBook().byId(group, id)
    if (member === undefined) throw new ApiError('not_found', 'There is no such storage.')
    if (!isReachable(member)) throw new ApiError('no_storage', 'This storage does not answer now.')
    const done = await settleSetAside(member, action, ids)
    await inTransaction((tx) =>
      recordAudit(tx, {
        actorId: admin.id,
        action: `storage.aside_${action}`,
        target: { kind: 'storage', id, name: `${group} ${id}` },
        detail: { changes: done.length },
        headers: admin.headers,
      }),
    )
    return { done }
  })
}
