import type { GroupView, LedgerView } from './cluster-view.ts'

/** Sums of the database, for one copy of everything. `ofGroup`: what one storage of each group should hold. */
export interface StoredSums {
  kept: number
  trash: number
  /** Content that entries refer to, each once. */
  referred: number
  leftOver: number
  thumbnails: number
  ofGroup: ReadonlyMap<string, number>
}

/** Explains what lies on the disks by what people keep. Only storages that tell are part of it. */
export function balance(sums: StoredSums, groups: readonly GroupView[]): LedgerView {
  const telling = groups.flatMap(({ storages }) => storages.filter(({ told }) => told !== null))
  const once = sums.referred + sums.leftOver + sums.thumbnails
  const everywhere = telling.reduce((bytes, { group }) => bytes + (sums.ofGroup.get(group) ?? 0), 0)
  const behind = telling.reduce((bytes, storage) => bytes + (storage.bytesBehind ?? 0), 0)
  const contents = telling.map(({ told }) => told?.contentBytes ?? null)
  const onDisk = contents.length === 0 || contents.includes(null) ? null : contents.reduce<number>(add, 0)
  return {
    kept: sums.kept,
    trash: sums.trash,
    shared: sums.kept + sums.trash - sums.referred,
    leftOver: sums.leftOver,
    thumbnails: sums.thumbnails,
    copies: everywhere - once,
    behind,
    onDisk,
    difference: onDisk === null ? null : onDisk - everywhere + behind,
  }
}

/** Of how many bytes two copies can be read now, of how many one, and of how many none. */
export function copiesInReach(
  sums: StoredSums,
  groups: readonly GroupView[],
): { two: number; one: number; none: number } {
  let two = 0
  let one = 0
  let none = 0
  for (const { group, storages } of groups) {
    const bytes = sums.ofGroup.get(group) ?? 0
    const active = storages.filter(({ state }) => state === 'active')
    if (active.length < 2) {
      if (active.length === 1) one += bytes
      else none += bytes
      continue
    }
    // What is on its way to the second best lies in one place only.
    const missing = active.map(({ bytesBehind }) => bytesBehind ?? 0).toSorted((a, b) => a - b)[1] ?? 0
    one += Math.min(bytes, missing)
    two += bytes - Math.min(bytes, missing)
  }
  return { two, one, none }
}

function add(total: number, value: number | null): number {
  return total + (value ?? 0)
}
