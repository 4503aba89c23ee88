import { Status } from '@cairn/dfs-core'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { normalFacts } from '../engine/file-facts.ts'
import { openByPace } from '../trunk/stored-by-pace.ts'
import { isErrno } from './atomic-file.ts'
import { closeByPace, linkByPace, lstatByPace, readLater } from './by-pace.ts'
import { crcOfFile } from './file-crc.ts'
import { IncomingFile } from './incoming-file.ts'
import type { NewFiles, ResolvedName } from './new-files.ts'
import { StoreError } from './store-error.ts'

const PIECE_BYTES = 256 * 1024

type Names = Pick<NewFiles, 'resolve'>

interface Place {
  readonly path: string
  /** Of the disk that it is on. */
  readonly lane: DiskLane
}

interface Content {
  readonly size: number
  readonly crc32: number
}

/**
 * Gives the content of a stored file one more path: a hard link. What lies in a slot or behind a symbolic link, on another
 * disk, or has as many names as the file system allows, is copied.
 */
export async function takeContent(store: Names, file: ResolvedName, to: Place): Promise<Content> {
  return (await linkPlain(file, to.path)) ? await contentOf(file, to.path) : await copyContent(store, file, to)
}

async function linkPlain({ path: from, storePath: { lane } }: ResolvedName, to: string): Promise<boolean> {
  // link(2) would give the symbolic link itself another name.
  if ((await lstatByPace(lane, from))?.isFile() !== true) return false
  try {
    await linkByPace(lane, from, to)
    return true
  } catch (error) {
    if (isErrno(error, 'EXDEV', 'EMLINK')) return false
    throw error
  }
}

/** The name of a normal file tells it; that of a slave tells its master's. */
async function contentOf({ logicName, storePath: { lane } }: ResolvedName, path: string): Promise<Content> {
  const told = normalFacts(logicName)
  const stat = told === null ? null : await lstatByPace(lane, path)
  return told !== null && told.size === stat?.size ? told : await crcOfFile(path, lane)
}

async function copyContent(store: Names, file: ResolvedName, to: Place): Promise<Content> {
  const { lane } = file.storePath
  const content = await openByPace(store, file)
  if (content?.kind !== 'file') throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
  const copy = new IncomingFile(to.path, to.lane)
  try {
    const piece = Buffer.allocUnsafe(Math.min(content.size, PIECE_BYTES))
    while (copy.size < content.size) {
      const into = piece.subarray(0, Math.min(piece.length, content.size - copy.size))
      const bytesRead = await lane.run(() => readLater(content.fd, into, content.offset + copy.size))
      if (bytesRead === 0) throw new StoreError(Status.EIO, `${file.logicName} is shorter than ${content.size} bytes`)
      await copy.write(into.subarray(0, bytesRead))
    }
    await copy.finish()
    return copy
  } catch (error) {
    copy.discard()
    throw error
  } finally {
    await closeByPace(lane, content.fd)
  }
}
