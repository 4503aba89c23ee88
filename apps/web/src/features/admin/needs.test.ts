import { expect, test } from 'vitest'
import type { GroupView, PathView, StorageView } from './cluster-view.ts'
import { needsOf } from './needs.ts'
import { fillTone } from './storage-state.ts'

const path = (percent: number, writable = true): PathView => ({
  path: 'M00',
  totalBytes: 1000,
  usedBytes: percent * 10,
  freeBytes: 1000 - percent * 10,
  reservedBytes: 0,
  keptBackBytes: 0,
  contentBytes: null,
  writable,
  failure: null,
  busyMs: null,
  disk: null,
})

function storage(id: string, changes: Partial<StorageView> = {}, told: { path?: PathView; setAside?: number } = {}) {
  const view: StorageView = {
    group: 'group1',
    id,
    ip: '192.0.2.1',
    port: 23_000,
    state: 'active',
    totalBytes: 1000,
    usedBytes: 100,
    freeBytes: 900,
    reservedBytes: 0,
    lagSeconds: 0,
    recordsBehind: 0,
    bytesBehind: 0,
    comingBytesPerSecond: 0,
    heartbeatAt: null,
    joinedAt: null,
    upSince: null,
    counters: { written: 0, read: 0 },
    silence: null,
    disks: null,
    told: {
      version: '0.1.0',
      startedAt: '2026-11-21T00:00:00Z',
      paths: [told.path ?? path(10)],
      contentBytes: null,
      files: null,
      openUploads: 0,
      setAside: { count: told.setAside ?? 0, items: [] },
      peers: [],
      check: null,
    },
    ...changes,
  }
  return view
}

function group(storages: StorageView[], percent = 10): GroupView {
  return {
    group: 'group1',
    totalBytes: 1000,
    usedBytes: percent * 10,
    freeBytes: 1000 - percent * 10,
    reservedBytes: 0,
    active: 0,
    lagSeconds: 0,
    uploads: 0,
    storages,
  }
}

const kinds = (groups: GroupView[], reachable = true) => needsOf({ groups, reachable }).map(({ kind }) => kind)

test('nothing needs anybody when two storages are active, in step and not full', () => {
  expect(kinds([group([storage('1'), storage('2')])])).toEqual([])
})

test('an offline storage is named with who serves its files, and not as one copy once more', () => {
  const needs = needsOf({
    groups: [group([storage('1'), storage('2', { state: 'offline', told: null })])],
    reachable: true,
  })
  expect(needs).toMatchObject([{ kind: 'offline', servedBy: ['1'] }])
})

test('nobody left to read from is worse than an offline storage', () => {
  const away = { state: 'offline', told: null } as const
  expect(kinds([group([storage('1', away), storage('2', away)])])).toEqual(['noCopy', 'offline', 'offline'])
})

test('an hour behind is listed, a second less is not', () => {
  expect(kinds([group([storage('1'), storage('2', { lagSeconds: 3599 })])])).toEqual([])
  expect(kinds([group([storage('1'), storage('2', { lagSeconds: 3600 })])])).toEqual(['lag'])
})

test('a path is nearly full from 93 %, a group is filling from 80 %', () => {
  expect(kinds([group([storage('1', {}, { path: path(92) }), storage('2')])])).toEqual([])
  expect(kinds([group([storage('1', {}, { path: path(93) }), storage('2')])])).toEqual(['pathFull'])
  expect(kinds([group([storage('1'), storage('2')], 79)])).toEqual([])
  expect(kinds([group([storage('1'), storage('2')], 80)])).toEqual(['filling'])
})

test('a group takes nothing more as soon as one of its members has only left what is kept back, and that one is named', () => {
  const keeps = (keptBackBytes: number) => storage('2', {}, { path: { ...path(80), keptBackBytes } })
  expect(kinds([group([storage('1'), keeps(199)])])).toEqual([])
  const needs = needsOf({ groups: [group([storage('1'), keeps(200)], 80)], reachable: true })
  expect(needs).toMatchObject([{ kind: 'groupFull', group: 'group1', storage: { id: '2' } }])
})

test('what reads 80 % or 93 % has its colour, half a percent below it too', () => {
  const tones = [79.4, 79.5, 92.4, 92.5].map((used) => fillTone(used, 100))
  expect(tones).toEqual(['ok', 'warn', 'warn', 'danger'])
})

test('the worst comes first', () => {
  const storages = [
    storage('1', {}, { path: path(95), setAside: 2 }),
    storage('2', { state: 'offline', told: null }),
    storage('3', {}, { path: path(5, false) }),
  ]
  expect(kinds([group(storages, 85)], false)).toEqual(['unreachable', 'offline', 'pathFull', 'setAside', 'readOnly'])
})

test('a group of one storage has one copy of everything', () => {
  expect(kinds([group([storage('1')])])).toEqual(['oneCopy'])
})
