import { ConnectionError, ServerError, Status } from '@cairn/dfs-core'
import type { ReachableMember } from '../../../lib/address-book.ts'
import { ApiError } from '../../../lib/api-error.ts'
import { recordAudit } from '../../../lib/audit.ts'
import { inTransaction } from '../../../lib/db.ts'
import { addressBook, dfs, isReachable } from '../../../lib/dfs.ts'
import { beginCheck, StorageServiceError, StorageSilentError, settleSetAside } from '../../../lib/storage-service.ts'
import type { Aside, Settled } from '../schema.ts'
import { storageStateOf } from '../storage-state.ts'

type Admin = { id: string; headers: Headers }
type StorageName = { group: string; id: string }

/** Tells a storage to try changes that it has set aside again, or to forget them. */
export async function settleAside(admin: Admin, storage: StorageName, { action, ids }: Aside): Promise<Settled> {
  const done = await ofCluster(async () => await settleSetAside(await reachable(storage), action, ids))
  await record(admin, storage, { action: `storage.aside_${action}`, detail: { changes: done.length } })
  return { done }
}

/** Has a storage compare all its files with their names, as it does by itself every other week. */
export async function checkStorage(admin: Admin, storage: StorageName): Promise<void> {
  const begun = await ofCluster(async () => await beginCheck(await reachable(storage)))
  if (!begun) throw new ApiError('check_off', 'This storage is set not to check its files.')
  await record(admin, storage, { action: 'storage.check', detail: {} })
}

async function reachable({ group, id }: StorageName): Promise<ReachableMember> {
  const member = await addressBook().byId(group, id)
  if (member === undefined) throw notFound()
  if (!isReachable(member)) throw new ApiError('no_storage', 'This storage does not answer now.')
  return member
}

/**
 * Takes a storage that is away out of its group, at every tracker. Refused while it runs, and when nobody else of the group is active;
 * what lies on its disks stays.
 */
export async function takeOutStorage(admin: Admin, { group, id }: StorageName): Promise<void> {
  await ofCluster(async () => {
    const members = await dfs().tracker.listStorages(group)
    if (!members.some((member) => member.id === id)) throw notFound()
    if (!members.some((member) => member.id !== id && storageStateOf(member.status) === 'active')) {
      throw new ApiError('last_storage', 'No other storage of this group is active. Bring one back first.')
    }
    await dfs().admin.deleteStorage(group, id)
  })
  await record(admin, { group, id }, { action: 'storage.remove', detail: {} })
}

async function ofCluster<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const status = error instanceof ServerError ? error.status : null
    if (status === Status.EBUSY) {
      // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
      throw new ApiError(
        'storage_active',
        'The trackers take this storage for running. Stop it, and wait for two minutes.',
        { cause: error },
      )
    }
    if (status === Status.ENOENT || status === Status.EALREADY) throw notFound(error)
    const isCluster =
      error instanceof ConnectionError || error instanceof StorageServiceError || error instanceof StorageSilentError
    if (!isCluster && status === null) throw error
    // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
    throw new ApiError('no_storage', 'Not all of the cluster answers. Nothing was changed.', { cause: error })
  }
}

function notFound(cause?: unknown): ApiError {
  return new ApiError('not_found', 'There is no such storage.', { cause })
}

type Act = { action: string; detail: Record<string, number> }

async function record({ id: actorId, headers }: Admin, { group, id }: StorageName, act: Act): Promise<void> {
  const target = { kind: 'storage', id, name: `${group} ${id}` } as const
  await inTransaction((tx) => recordAudit(tx, { actorId, target, headers, ...act }))
}
