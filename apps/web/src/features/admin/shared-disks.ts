import type { DiskView, GroupView, StorageView } from './cluster-view.ts'

/** Bytes. */
export type Space = { totalBytes: number; freeBytes: number }

/** Of paths that share a disk, one counts. */
export function spaceOfPaths(paths: readonly DiskView[]): Space {
  return added(ownPaths(paths, new Set()))
}

/** All disks of these storages, each once. A storage that never told of its disks counts as one of its own. */
export function spaceOfStorages(storages: readonly StorageView[]): Space {
  return added(ownSpaces(storages).map(({ own }) => own))
}

/** Of each storage the space of those disks that none before it has, so that all of them add up to the disks. */
export function ownSpaces(storages: readonly StorageView[]): { storage: StorageView; own: Space }[] {
  const counted = new Set<string>()
  return storages.map((storage) => ({
    storage,
    own: storage.disks === null ? storage : added(ownPaths(storage.disks, counted)),
  }))
}

/** Whether one disk that fails takes the copies of two members with it. */
export function copiesShareADisk({ storages }: Pick<GroupView, 'storages'>): boolean {
  const all = storages.flatMap(({ disks }) => [...new Set(disks?.flatMap(({ disk }) => disk ?? []))])
  return new Set(all).size < all.length
}

function ownPaths(paths: readonly DiskView[], counted: Set<string>): DiskView[] {
  return paths.filter(({ disk }) => {
    if (disk === null) return true
    const isNew = !counted.has(disk)
    counted.add(disk)
    return isNew
  })
}

function added(spaces: readonly Space[]): Space {
  return spaces.reduce<Space>(
    (sum, { totalBytes, freeBytes }) => ({
      totalBytes: sum.totalBytes + totalBytes,
      freeBytes: sum.freeBytes + freeBytes,
    }),
    { totalBytes: 0, freeBytes: 0 },
  )
}
