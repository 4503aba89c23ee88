import { UploadError } from '@cairn/dfs-tus'
import type { FileStore } from '../disk/file-store.ts'
import type { StorePath } from '../disk/store-path.ts'
import { asUploadError } from './disk-failure.ts'

/** Bytes that open uploads will still write to each store path. */
export type OutstandingBytes = (storePath: StorePath) => number

/**
 * The store path for a new upload of `size` bytes: one whose free space holds the reserve, what open uploads will still bring, and this one.
 * The cluster's own rule chooses; when its choice is spoken for by open uploads, the path with the most room left. Throws `disk_full`.
 */
export function admitUpload(store: FileStore, size: number, outstanding: OutstandingBytes): StorePath {
  const rooms = store
    .space()
    .filter((space) => !space.readonly)
    .map((space) => {
      const storePath = store.storePaths[space.index]
      const left = storePath === undefined ? 0 : space.freeBytes - space.reservedBytes - outstanding(storePath)
      return { storePath, left }
    })
  const roomiest = rooms.reduce((best, room) => (room.left > best.left ? room : best), {
    storePath: undefined,
    left: 0,
  })
  if (roomiest.storePath === undefined || roomiest.left < size) {
    throw new UploadError('disk_full', `there is no room for ${size} bytes`)
  }
  const chosen = chooseByCluster(store, size)
  const room = rooms.find(({ storePath }) => storePath === chosen)
  return room !== undefined && room.left >= size ? chosen : roomiest.storePath
}

function chooseByCluster(store: FileStore, size: number): StorePath {
  try {
    return store.chooseStorePath(size)
  } catch (error) {
    throw asUploadError(error)
  }
}

/** The store path for a copy of an upload, which has to be on the one where its file will be. Throws `disk_full`, `not_found`. */
export function admitCopy(
  store: FileStore,
  { index, size }: { index: number; size: number },
  outstanding: OutstandingBytes,
): StorePath {
  const storePath = store.storePaths[index]
  const space = store.space()[index]
  if (storePath === undefined || space === undefined) throw new UploadError('not_found', `no store path ${index}`)
  const left = space.freeBytes - space.reservedBytes - outstanding(storePath)
  if (space.readonly || left < size) throw new UploadError('disk_full', `there is no room for ${size} bytes`)
  return storePath
}
