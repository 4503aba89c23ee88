import type { ClusterView, GroupView, StorageView } from './cluster-view.ts'
import { fillTone, percentOf } from './storage-state.ts'

const LAG_SECONDS = 3600

/** One thing that an administrator must see: a fact, its consequence, and where it can be looked at. */
export type Need =
  | { kind: 'unreachable' }
  | { kind: 'noCopy'; group: string }
  | { kind: 'offline'; storage: StorageView; servedBy: string[] }
  | { kind: 'pathFull'; storage: StorageView; path: string; percent: number }
  | { kind: 'diskFailed'; storage: StorageView; path: string }
  | { kind: 'groupFull'; group: string; storage: StorageView }
  | { kind: 'damaged'; storage: StorageView; count: number }
  | { kind: 'setAside'; storage: StorageView; count: number }
  | { kind: 'lag'; storage: StorageView }
  | { kind: 'oneCopy'; group: string }
  | { kind: 'readOnly'; storage: StorageView; path: string }
  | { kind: 'filling'; group: string; percent: number }

/** What cannot wait, the worst first. */
export const grave: readonly Need['kind'][] = [
  'unreachable',
  'noCopy',
  'offline',
  'groupFull',
  'diskFailed',
  'damaged',
  'pathFull',
]
const order: readonly Need['kind'][] = [...grave, 'setAside', 'lag', 'oneCopy', 'readOnly', 'filling']

/** What needs somebody; empty when all is well. */
export function needsOf({ reachable, groups }: Pick<ClusterView, 'reachable' | 'groups'>): Need[] {
  const needs = groups.flatMap(groupNeeds)
  if (!reachable) needs.push({ kind: 'unreachable' })
  return needs.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

function groupNeeds(group: GroupView): Need[] {
  const members = group.storages.filter(({ state }) => state !== 'removed')
  const active = members.filter(({ state }) => state === 'active')
  const needs = members.flatMap((storage) => storageNeeds(storage, active))
  const isAway = needs.some(({ kind }) => kind === 'offline')
  if (members.length > 0 && active.length === 0) needs.push({ kind: 'noCopy', group: group.group })
  else if (active.length === 1 && !isAway) needs.push({ kind: 'oneCopy', group: group.group })
  const full = active.find(hasNoRoom)
  if (full !== undefined) needs.push({ kind: 'groupFull', group: group.group, storage: full })
  const isFullAlready = needs.some(({ kind }) => kind === 'pathFull' || kind === 'groupFull')
  if (!isFullAlready && fillTone(group.usedBytes, group.totalBytes) !== 'ok') {
    needs.push({ kind: 'filling', group: group.group, percent: percentOf(group.usedBytes, group.totalBytes) })
  }
  return needs
}

/** Trackers give a group no new files once one of its members has no more free than what is kept back there. */
function hasNoRoom({ told }: StorageView): boolean {
  if (told === null || told.paths.length === 0) return false
  return told.paths.reduce((room, { freeBytes, keptBackBytes }) => room + freeBytes - keptBackBytes, 0) <= 0
}

function storageNeeds(storage: StorageView, active: readonly StorageView[]): Need[] {
  const needs: Need[] = []
  if (storage.state === 'offline') needs.push({ kind: 'offline', storage, servedBy: active.map(({ id }) => id) })
  else if ((storage.lagSeconds ?? 0) >= LAG_SECONDS) needs.push({ kind: 'lag', storage })
  for (const { path, usedBytes, totalBytes, writable, failure } of storage.told?.paths ?? []) {
    if (fillTone(usedBytes, totalBytes) === 'danger') {
      needs.push({ kind: 'pathFull', storage, path, percent: percentOf(usedBytes, totalBytes) })
    }
    if (failure !== null) needs.push({ kind: 'diskFailed', storage, path })
    else if (!writable) needs.push({ kind: 'readOnly', storage, path })
  }
  const damaged = storage.told?.check?.damaged.count ?? 0
  if (damaged > 0) needs.push({ kind: 'damaged', storage, count: damaged })
  const count = storage.told?.setAside.count ?? 0
  if (count > 0) needs.push({ kind: 'setAside', storage, count })
  return needs
}
