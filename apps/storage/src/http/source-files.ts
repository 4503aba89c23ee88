import type { Readable } from 'node:stream'
import {
  ConnectionError,
  type ConnectionPool,
  FileInfoFlag,
  ServerError,
  Status,
  StorageClient,
  splitFileId,
  storageCommands,
} from '@cairn/dfs-core'
import { HttpError } from '@cairn/dfs-http'
import { PROXIED_FLAG } from '../handlers/source-fallback.ts'

/** A file on the member that it was first written to. */
interface SourceFile {
  size: number
  /** Unix seconds. */
  mtime: number
  /** Exactly `length` bytes, at least one. */
  read(offset: number, length: number): Promise<Readable>
}

/** Finds a file that has not arrived here yet. Null: it is not at its source either, or this storage is the source. */
export type FindAtSource = (fileId: string) => Promise<SourceFile | null>

const RETRY_AFTER = { 'Retry-After': '5' }

/**
 * Read your writes (D31): asks the member that a file name tells, by FastDFS's own commands, marked so that it does not ask further.
 * `addressOf` gives the member's `ip:port`, null when it is this storage or unknown. 503 when the member cannot be reached.
 */
export function createFindAtSource(
  pool: ConnectionPool,
  addressOf: (logicName: string) => string | null,
): FindAtSource {
  return async (fileId) => {
    const { group, logicName: name } = splitFileId(fileId)
    const address = addressOf(name)
    if (address === null) return null
    const client = new StorageClient(address, pool)
    const info = await orNull(client.queryFileInfo(fileId, FileInfoFlag.noCrc32 | PROXIED_FLAG), address)
    if (info === null) return null
    const { code: command, request } = storageCommands.downloadFile
    return {
      size: info.size,
      mtime: info.mtime,
      async read(offset, size) {
        const head = request.encode({ offset, size, group, name })
        const download = await orNull(pool.download(address, { command, head, status: PROXIED_FLAG }), address)
        if (download === null) throw new HttpError(404, 'not_found', 'the file is gone')
        if (download.size === size) return download.stream
        // The length of our own answer is said already: another number of bytes would end or begin in the next one.
        download.stream.destroy()
        throw unreachable(address)
      },
    }
  }
}

async function orNull<T>(answer: Promise<T>, address: string): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return null
    throw error instanceof ConnectionError || error instanceof ServerError ? unreachable(address) : error
  }
}

function unreachable(address: string): HttpError {
  return new HttpError(503, 'source_down', `the file is still at ${address}, which does not answer`, RETRY_AFTER)
}
