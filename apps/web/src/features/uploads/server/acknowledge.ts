import { addressBook, isReachable } from '../../../lib/dfs.ts'
import { log } from '../../../lib/log.ts'
import { acknowledge, dropParts } from '../../../lib/storage-service.ts'

interface Placed {
  upl: string
  grp: string
  storage_id: string
}

type StorageCall = typeof acknowledge

/**
 * Tells the storages that these uploads are settled. Not waited for: what does not arrive is found and settled by the
 * reconcile job, so a failure is only worth a line in the log.
 */
export function acknowledgeSoon(uploads: readonly Placed[]): void {
  tellSoon(uploads, acknowledge, 'uploads could not be acknowledged')
}

/** Tells the storages to throw parts away. Not waited for: a storage sweeps old parts by itself. */
export function dropSoon(uploads: readonly Placed[]): void {
  tellSoon(uploads, dropParts, 'parts could not be dropped')
}

function tellSoon(uploads: readonly Placed[], call: StorageCall, failure: string): void {
  const storages = new Map<string, Placed[]>()
  for (const upload of uploads) {
    const storage = `${upload.grp}/${upload.storage_id}`
    storages.set(storage, [...(storages.get(storage) ?? []), upload])
  }
  for (const placed of storages.values()) {
    tell(placed, call).catch((error: unknown) => log().warn({ err: error, count: placed.length }, failure))
  }
}

async function tell(uploads: readonly Placed[], call: StorageCall): Promise<void> {
  const [first] = uploads
  // Empty files have no storage.
  if (!first || first.grp === '') return
  const member = await addressBook().byId(first.grp, first.storage_id)
  if (!isReachable(member)) throw new Error(`storage ${first.storage_id} of ${first.grp} does not answer`)
  await call(
    member,
    uploads.map(({ upl }) => upl),
  )
}
