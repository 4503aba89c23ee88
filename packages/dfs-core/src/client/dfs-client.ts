import { Readable } from 'node:stream'
import { ConnectionError, ServerError, Status } from '../errors.ts'
import { parseFileId } from '../file-id/file-id.ts'
import { STORAGES_PER_GROUP_MAX } from '../limits.ts'
import { FileInfoFlag } from '../protocol/storage-commands.ts'
import { ClusterAdmin } from './cluster-admin.ts'
import { UnreachableError } from './connection.ts'
import { ConnectionPool, type PoolOptions } from './pool.ts'
import type { CallOptions } from './request.ts'
import type { RequestBody } from './request-body.ts'
import type { Download } from './response.ts'
import { type SaveOptions, saveFile } from './save-file.ts'
import {
  type ByteRange,
  type FileInfo,
  type LinkOptions,
  type Metadata,
  type MetadataMode,
  StorageClient,
} from './storage-client.ts'
import { storeFile, type UploadFileOptions } from './stored-upload.ts'
import { addressOf, type FetchTarget, type StoreTarget, TrackerClient } from './tracker-client.ts'

export interface DfsClientOptions {
  /** At least one `host:port`. */
  readonly trackers: readonly string[]
  /** Default 5 s. */
  readonly connectTimeoutMs?: number
  /** Silence that ends a request; default 30 s. */
  readonly networkTimeoutMs?: number
  readonly pool?: Omit<PoolOptions, 'connectTimeoutMs' | 'networkTimeoutMs'>
}

interface SharedParts {
  readonly pool: ConnectionPool
  readonly call: CallOptions
  readonly tracker: TrackerClient
}

function openPool({ connectTimeoutMs, networkTimeoutMs, pool }: DfsClientOptions): ConnectionPool {
  return new ConnectionPool({
    ...pool,
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
    ...(networkTimeoutMs !== undefined && { networkTimeoutMs }),
  })
}

/**
 * A client of one FastDFS or Cairn cluster: it asks the trackers where, and the storages for the files. Bodies are
 * Buffers, or streams of a declared size, of which never more than a few chunks are in memory.
 *
 * Methods reject with ServerError for a status other than 0, ConnectionError when the network or a server fails,
 * ProtocolError for malformed answers and file IDs, and RangeError when a stream's length is not the declared one.
 */
export class DfsClient {
  readonly tracker: TrackerClient
  /** What an operator changes. */
  readonly admin: ClusterAdmin
  readonly #options: DfsClientOptions
  readonly #pool: ConnectionPool
  readonly #call: CallOptions

  /** Throws RangeError when there is no tracker, or one is not `host:port`. `shared` is what `with` hands on. */
  constructor(options: DfsClientOptions, shared?: SharedParts) {
    this.#options = options
    this.#pool = shared?.pool ?? openPool(options)
    this.#call = shared?.call ?? {}
    this.tracker = shared?.tracker ?? new TrackerClient(options.trackers, this.#pool)
    this.admin = new ClusterAdmin(options.trackers, this.#pool)
  }

  /**
   * The same client over the same connections, whose operations can be broken off and report their progress:
   * `client.with({ signal, onProgress }).upload(…)`. What was made by it needs no `close` of its own.
   */
  with(call: CallOptions): DfsClient {
    return new DfsClient(this.#options, { pool: this.#pool, call, tracker: this.tracker.with(call) })
  }

  /** The storage at `host:port`, over this client's connections. */
  storage(address: string): StorageClient {
    return new StorageClient(address, this.#pool, this.#call)
  }

  /**
   * Stores a file and resolves with its file ID. When the storage that the trackers chose cannot be reached, the others
   * of its group are tried. When the metadata cannot be set, the file is deleted again and the upload fails.
   */
  async upload(body: RequestBody, options: UploadFileOptions): Promise<string> {
    const target = await this.tracker.queryStore(options.group)
    const place = { storage: this.storage(addressOf(target)), storePathIndex: target.storePathIndex }
    try {
      return await storeFile(place, body, options)
    } catch (error) {
      // Nothing was sent, so even a stream is whole.
      if (!(error instanceof UnreachableError)) throw error
      return await this.#storeElsewhere(target, body, options, error)
    }
  }

  /** Stores a derived file, such as a thumbnail, beside its master; its file ID is the master's with `prefix` and `ext`. */
  async uploadSlave(masterFileId: string, prefix: string, ext: string, body: RequestBody): Promise<string> {
    return (await this.#source(masterFileId)).uploadSlave(masterFileId, prefix, ext, body)
  }

  /** Gives the content of a file another file ID, without sending it; not of appender files. See `StorageClient.createLink`. */
  async createLink(fileId: string, options: LinkOptions = {}): Promise<string> {
    return (await this.#source(fileId)).createLink(fileId, options)
  }

  /** Adds to the end of an appender file. */
  async append(fileId: string, body: RequestBody): Promise<void> {
    return (await this.#source(fileId)).appendFile(fileId, body)
  }

  /** Overwrites a part of an appender file from `offset`, which is at most its size. */
  async modify(fileId: string, offset: number, body: RequestBody): Promise<void> {
    return (await this.#source(fileId)).modifyFile(fileId, offset, body)
  }

  /** Cuts an appender file, or extends it with zeros, to `newSize` bytes. */
  async truncate(fileId: string, newSize: number): Promise<void> {
    return (await this.#source(fileId)).truncateFile(fileId, newSize)
  }

  /** Turns an appender file into a normal one; resolves with its new file ID. */
  async regenerate(fileId: string): Promise<string> {
    return (await this.#source(fileId)).regenerateFile(fileId)
  }

  /**
   * Reads a file, or a range of it, as a stream that is fetched no faster than it is read; `size` is the number of bytes
   * that will come. Destroy the stream when the rest is not wanted.
   */
  async download(fileId: string, range: ByteRange = {}): Promise<Download> {
    try {
      return await this.#read(fileId, (storage) => storage.download(fileId, range))
    } catch (error) {
      if (!isEmptyFile(error, fileId, range)) throw error
      return { size: 0, stream: Readable.from([]) }
    }
  }

  /** Reads a file, or a range of it, into memory: at most `sizeMax` bytes (64 MiB), more is a ProtocolError. */
  async downloadBuffer(fileId: string, range: ByteRange = {}, sizeMax?: number): Promise<Buffer> {
    try {
      return await this.#read(fileId, (storage) => storage.downloadBuffer(fileId, range, sizeMax))
    } catch (error) {
      if (!isEmptyFile(error, fileId, range)) throw error
      return Buffer.alloc(0)
    }
  }

  /** Deletes a file and its metadata. Slaves stay. */
  async delete(fileId: string): Promise<void> {
    return (await this.#source(fileId)).deleteFile(fileId)
  }

  /** From the source, because replicas may not have the last change (client protocol §10.2). ENOENT when there are none. */
  async getMetadata(fileId: string): Promise<Record<string, string>> {
    return (await this.#source(fileId)).getMetadata(fileId)
  }

  async setMetadata(fileId: string, metadata: Metadata, mode: MetadataMode): Promise<void> {
    return (await this.#source(fileId)).setMetadata(fileId, metadata, mode)
  }

  /** Size, time and checksum as a storage has them. `flags`: bits of FileInfoFlag. */
  fileInfo(fileId: string, flags = 0): Promise<FileInfo> {
    return this.#read(fileId, (storage) => storage.queryFileInfo(fileId, flags))
  }

  /** Whether the file is there: a question that a missing file does not put into the storage's log as an error. */
  async exists(fileId: string): Promise<boolean> {
    try {
      await this.fileInfo(fileId, FileInfoFlag.noCrc32 | FileInfoFlag.silent)
      return true
    } catch (error) {
      if (error instanceof ServerError && error.status === Status.ENOENT) return false
      throw error
    }
  }

  /**
   * Writes the file to `path`: several ranges at once, checked against its CRC-32, under its name only when it is whole.
   * From C storages, which do not know the CRC-32 of what links lead to, another one will do when the same comes twice.
   * What a broken download has got stays beside it as `path`.part, and the next call goes on there.
   */
  save(fileId: string, path: string, options: SaveOptions = {}): Promise<void> {
    const { onProgress, ...call } = this.#call
    const progress = onProgress === undefined ? {} : { onProgress }
    return saveFile(this.with(call), { fileId, path }, { ...options, ...progress })
  }

  /** Closes idle connections now and busy ones after their request. */
  close(): void {
    this.#pool.close()
  }

  async #source(fileId: string): Promise<StorageClient> {
    return this.storage(addressOf(await this.tracker.queryUpdate(fileId)))
  }

  async #storeElsewhere(
    failed: StoreTarget,
    body: RequestBody,
    options: UploadFileOptions,
    failure: UnreachableError,
  ): Promise<string> {
    let last = failure
    const { servers } = await this.tracker.queryStoreAll(failed.group)
    for (const server of servers.slice(0, STORAGES_PER_GROUP_MAX)) {
      if (addressOf(server) === addressOf(failed)) continue
      try {
        return await storeFile({ storage: this.storage(addressOf(server)) }, body, options)
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error
        last = error
      }
    }
    throw last
  }

  /** Reads from the storage that the trackers name; when that cannot be reached or breaks off, from the others. */
  async #read<T>(fileId: string, read: (storage: StorageClient) => Promise<T>): Promise<T> {
    const first = await this.tracker.queryFetch(fileId)
    try {
      return await read(this.storage(addressOf(first)))
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      return await this.#readElsewhere(fileId, first, read, error)
    }
  }

  async #readElsewhere<T>(
    fileId: string,
    failed: FetchTarget,
    read: (storage: StorageClient) => Promise<T>,
    failure: ConnectionError,
  ): Promise<T> {
    let last = failure
    const storages = await this.tracker.queryFetchAll(fileId)
    for (const other of storages.slice(0, STORAGES_PER_GROUP_MAX)) {
      if (addressOf(other) === addressOf(failed)) continue
      try {
        return await read(this.storage(addressOf(other)))
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error
        last = error
      }
    }
    throw last
  }
}

/** FastDFS answers EINVAL to any download from an empty file (client protocol §4.8). The file ID tells that it is empty. */
function isEmptyFile(error: unknown, fileId: string, { offset = 0 }: ByteRange): boolean {
  if (!(error instanceof ServerError && error.status === Status.EINVAL) || offset !== 0) return false
  const { kind, size } = parseFileId(fileId)
  return kind === 'normal' && size === 0
}
