import { addressBook, isReachable } from '../../../lib/dfs.ts'
import { env } from '../../../lib/env.ts'
import { log } from '../../../lib/log.ts'
import { acknowledge, dropParts } from '../../../lib/storage-service.ts'

interface Placed {
  upl: string
  grp: string
  storage_id: string
  epoch: number
}

type StorageCall = typeof acknowledge

/**
 * Tells the storages that these uploads are settled. Not waited for: what does not arrive is found and settled by the
 * reconcile job, so a failure is only worth a line in the log.
 */
export function acknowledgeSoon(uploads: readonly Placed[]): void {
  tellSoon(uploads, acknowledge, 'uploads could not be acknowledged')
  dropElsewhereSoon(uploads)
}

/** Tells the storages to throw parts away. Not waited for: a storage sweeps old parts by itself. */
export function dropSoon(uploads: readonly Placed[]): void {
  tellSoon(uploads, dropParts, 'parts could not be dropped')
  dropElsewhereSoon(uploads)
}

/**
 * An upload that went on elsewhere may have left a part where it was: its storage was away, or full, when the other one
 * told it. It would keep its room there for two weeks.
 */
function dropElsewhereSoon(uploads: readonly Placed[]): void {
  const moved = uploads.filter(({ epoch, grp }) => epoch > 1 && grp !== '')
  // Through a gateway an upload is in one place.
  if (moved.length === 0 || env().gateway !== undefined) return
  elsewhere(moved)
    .then((left) => tellSoon(left, dropParts, 'parts could not be dropped'))
    .catch((error: unknown) => log().warn({ err: error }, 'nobody knows where uploads have been'))
}

/** The same uploads, at every other member of their group. */
async function elsewhere(uploads: readonly Placed[]): Promise<Placed[]> {
  const members = (await addressBook().members()).filter(isReachable)
  return uploads.flatMap((upload) =>
    members
      .filter(({ group, storageId }) => group === upload.grp && storageId !== upload.storage_id)
      .map(({ storageId }) => ({ ...upload, storage_id: storageId })),
  )
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
