import {
  close,
  closeSync,
  existsSync,
  fstat,
  fstatSync,
  ftruncate,
  ftruncateSync,
  futimes,
  futimesSync,
  linkSync,
  lstatSync,
  open,
  openSync,
  read,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
  write,
  writeSync,
} from 'node:fs'
import { access, link, lstat, readFile, rename, stat, truncate } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { DiskLane } from '@cairn/dfs-core/disk'
import {
  isErrno,
  makeFolder,
  makeFolderLater,
  readBytesIfAny,
  removeIfAny,
  removeIfAnyLater,
  writeNewFile,
  writeNewFileLater,
} from './atomic-file.ts'

/** Goes on with what the lane of a disk (`DiskLane`) gave: at once, or when it is there. What `next` throws at once is thrown on. */
export function goOnWith<T>(result: T | Promise<T>, next: (value: T) => void, failed: (error: unknown) => void): void {
  if (result instanceof Promise) result.then(next).catch(failed)
  else next(result)
}

/** The same where the caller goes on, too: a promise only where `result` is one, or `next` returns one. */
export function thenByPace<T, R>(result: Paced<T>, next: (value: T) => Paced<R>): Paced<R> {
  return result instanceof Promise ? result.then(next) : next(result)
}

/** What is there at once, or comes from the thread pool. */
export type Paced<T> = T | Promise<T>

/** `work` with an open file, which is closed afterwards. */
export function closingByPace<T>(lane: DiskLane, fd: number, work: () => Paced<T>): Paced<T> {
  let result: Paced<T>
  try {
    result = work()
  } catch (error) {
    return thenByPace(closeByPace(lane, fd), () => {
      throw error
    })
  }
  if (result instanceof Promise) return result.finally(() => closeByPace(lane, fd))
  const value = result
  return thenByPace(closeByPace(lane, fd), () => value)
}

/** A call of the file system for one disk: at once while it is quick, in the thread pool while it is slow. */
export type PacedCall<A extends unknown[], T> = (lane: DiskLane, ...args: A) => Paced<T>

export function byPace<A extends unknown[], T>(
  now: (...args: A) => T,
  later: (...args: A) => Promise<T>,
): PacedCall<A, T> {
  return (lane, ...args) =>
    lane.call(
      () => now(...args),
      () => later(...args),
    )
}

export const existsByPace = byPace(
  (path: string) => existsSync(path),
  (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
)

/** Null when there is nothing. */
export const lstatByPace = byPace(
  (path: string) => lstatSync(path, { throwIfNoEntry: false }) ?? null,
  (path) => ifThere(lstat(path)),
)
/** The same of what a symbolic link leads to. */
export const statByPace = byPace(
  (path: string) => statSync(path, { throwIfNoEntry: false }) ?? null,
  (path) => ifThere(stat(path)),
)
export const readFileByPace = byPace(
  (path: string) => readFileSync(path),
  (path) => readFile(path),
)
export const readIfAnyByPace = byPace(readBytesIfAny, (path) => ifThere(readFile(path)))

export const linkByPace = byPace((from: string, to: string) => linkSync(from, to), link)
export const renameByPace = byPace((from: string, to: string) => renameSync(from, to), rename)
export const truncateByPace = byPace((path: string, size: number) => truncateSync(path, size), truncate)
/** As in `atomic-file.ts`. */
export const makeFolderByPace = byPace(makeFolder, makeFolderLater)
export const writeNewByPace = byPace(writeNewFile, writeNewFileLater)
export const removeByPace = byPace(removeIfAny, removeIfAnyLater)

export const openLater = promisify(open)
const readAt = promisify(read)
const writeAt = promisify(write)

/** Returns how many bytes it read. */
export async function readLater(fd: number, into: Buffer, position: number): Promise<number> {
  return (await readAt(fd, into, 0, into.length, position)).bytesRead
}

export const openPathByPace = byPace(
  (path: string, flags: string | number) => openSync(path, flags, 0o644),
  (path, flags) => openLater(path, flags, 0o644),
)
/** Null when there is no such file. */
export const openIfThereByPace = byPace(
  (path: string, flags: string) => {
    try {
      return openSync(path, flags, 0o644)
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null
      throw error
    }
  },
  (path, flags) => ifThere(openLater(path, flags, 0o644)),
)
export const fstatByPace = byPace((fd: number) => fstatSync(fd), promisify(fstat))
export const ftruncateByPace = byPace((fd: number, size: number) => ftruncateSync(fd, size), promisify(ftruncate))
export const futimesByPace = byPace(
  (fd: number, atime: number, mtime: number) => futimesSync(fd, atime, mtime),
  promisify(futimes),
)
export const closeByPace = byPace((fd: number) => closeSync(fd), promisify(close))

/** Returns how many bytes it read. */
export const readByPace = byPace(
  (fd: number, into: Buffer, position: number) => readSync(fd, into, 0, into.length, position),
  readLater,
)
/** Returns how many bytes it wrote: write(2) may take fewer than it is given. */
export const writeByPace = byPace(
  (fd: number, bytes: Buffer, position: number) => writeSync(fd, bytes, 0, bytes.length, position),
  async (fd, bytes, position) => (await writeAt(fd, bytes, 0, bytes.length, position)).bytesWritten,
)

/** Writes every byte at a place of an open file. */
export function writeAllByPace(lane: DiskLane, fd: number, bytes: Buffer, position: number): Paced<void> {
  if (bytes.length === 0) return undefined
  return thenByPace(writeByPace(lane, fd, bytes, position), (count) =>
    writeAllByPace(lane, fd, bytes.subarray(count), position + count),
  )
}

/** Null when there is nothing. */
export async function ifThere<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}
