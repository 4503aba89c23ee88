import { closeSync, linkSync, lstatSync, read } from 'node:fs'
import { promisify } from 'node:util'
import { Status } from '@cairn/dfs-core'
import { normalFacts } from '../engine/file-facts.ts'
import { openStored } from '../trunk/stored-content.ts'
import { isErrno } from './atomic-file.ts'
import { crcOfFile } from './file-crc.ts'
import { IncomingFile } from './incoming-file.ts'
import type { NewFiles, ResolvedName } from './new-files.ts'
import { StoreError } from './store-error.ts'

const PIECE_BYTES = 256 * 1024

const readAt = promisify(read)

interface Content {
  readonly size: number
  readonly crc32: number
}

/**
 * Gives the content of a stored file one more path: a hard link. What lies in a slot or behind a symbolic link, on another
 * disk, or has as many names as the file system allows, is copied.
 */
export async function takeContent(
  store: Pick<NewFiles, 'resolve'>,
  file: ResolvedName,
  path: string,
): Promise<Content> {
  return linkPlain(file.path, path) ? await contentOf(file, path) : await copyContent(store, file, path)
}

function linkPlain(from: string, to: string): boolean {
  // link(2) would give the symbolic link itself another name.
  if (lstatSync(from, { throwIfNoEntry: false })?.isFile() !== true) return false
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (isErrno(error, 'EXDEV', 'EMLINK')) return false
    throw error
  }
}

/** The name of a normal file tells it; that of a slave tells its master's. */
async function contentOf({ logicName }: ResolvedName, path: string): Promise<Content> {
  const told = normalFacts(logicName)
  return told !== null && told.size === lstatSync(path).size ? told : await crcOfFile(path)
}

async function copyContent(store: Pick<NewFiles, 'resolve'>, file: ResolvedName, path: string): Promise<Content> {
  const content = openStored(store, file)
  if (content?.kind !== 'file') throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
  const copy = new IncomingFile(path)
  try {
    const piece = Buffer.allocUnsafe(Math.min(content.size, PIECE_BYTES))
    while (copy.size < content.size) {
      const length = Math.min(piece.length, content.size - copy.size)
      const { bytesRead } = await readAt(content.fd, piece, 0, length, content.offset + copy.size)
      if (bytesRead === 0) throw new StoreError(Status.EIO, `${file.logicName} is shorter than ${content.size} bytes`)
      await copy.write(piece.subarray(0, bytesRead))
    }
    copy.finish()
    return copy
  } catch (error) {
    copy.discard()
    throw error
  } finally {
    closeSync(content.fd)
  }
}
