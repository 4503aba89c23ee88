import type { StorageView } from './cluster-view.ts'

/** What would be gone with a storage: what the peer that is furthest has not got yet. */
export type Loss =
  | { kind: 'unknown' }
  | { kind: 'all' }
  | { kind: 'none'; peer: string }
  | { kind: 'some'; peer: string; records: number; bytes: number }

/** From the storage's own backlog to each active peer. Changes that were set aside never arrive, so they count too. */
export function lossOf(storage: StorageView, group: readonly StorageView[]): Loss {
  const { told } = storage
  if (told === null) return { kind: 'unknown' }
  const active = new Set(group.filter(({ id, state }) => id !== storage.id && state === 'active').map(({ id }) => id))
  const peers = told.peers.filter(({ storageId }) => active.has(storageId))
  if (peers.length === 0) return { kind: 'all' }
  const lacking = peers.flatMap(({ storageId, recordsBehind, bytesBehind }) => {
    if (recordsBehind === null) return []
    const aside = told.setAside.items.filter(({ peer }) => peer === storageId).length
    return { peer: storageId, records: recordsBehind + aside, bytes: bytesBehind ?? 0 }
  })
  const best = lacking.toSorted((a, b) => a.records - b.records)[0]
  if (best === undefined) return { kind: 'unknown' }
  return best.records === 0 ? { kind: 'none', peer: best.peer } : { kind: 'some', ...best }
}
