import { expect, test } from 'vitest'
import type { DiskView, StorageView } from './cluster-view.ts'
import { copiesShareADisk, ownSpaces, spaceOfPaths, spaceOfStorages } from './shared-disks.ts'

const path = (disk: string | null, totalBytes = 1000, freeBytes = 400) => ({ disk, totalBytes, freeBytes })
const storage = (...disks: DiskView[]) => ({ ...spaceOfPaths(disks), disks }) as unknown as StorageView
const silent = { totalBytes: 70, freeBytes: 7, disks: null } as StorageView

test('the paths of a storage count once for each disk', () => {
  expect(spaceOfPaths([path('a'), path('a'), path('b', 30, 3)])).toEqual({ totalBytes: 1030, freeBytes: 403 })
  expect(spaceOfPaths([])).toEqual({ totalBytes: 0, freeBytes: 0 })
})

test('a disk that storages share belongs to the first of them, and what nobody tells of counts', () => {
  const storages = [
    storage(path('a')),
    storage(path('a'), path('b', 30, 3)),
    silent,
    storage(path(null)),
    storage(path(null)),
  ]
  expect(ownSpaces(storages).map(({ own }) => own.totalBytes)).toEqual([1000, 30, 70, 1000, 1000])
  expect(spaceOfStorages(storages)).toEqual({ totalBytes: 3100, freeBytes: 1210 })
})

test('copies share a disk when two members do, not when two paths of one do', () => {
  expect(copiesShareADisk({ storages: [storage(path('a')), storage(path('b'), path('a'))] })).toBe(true)
  expect(copiesShareADisk({ storages: [storage(path('a'), path('a')), storage(path('b')), silent] })).toBe(false)
  expect(copiesShareADisk({ storages: [storage(path(null)), storage(path(null))] })).toBe(false)
})
