import { ProtocolError } from '../errors.ts'
import { logicNameToTrueName } from '../file-id/file-id.ts'
import { STORE_PATH_ANY } from '../limits.ts'
import type { Command } from '../protocol/command.ts'
import { decodeMetadata, encodeMetadata } from '../protocol/metadata.ts'
import type { StatusAnswer } from '../protocol/status-answer.ts'
import { MetadataFlag, storageCommands } from '../protocol/storage-commands.ts'
import { parseAddress } from './address.ts'
import { namedFile } from './named-file.ts'
import type { ConnectionPool } from './pool.ts'
import type { CallOptions, Request } from './request.ts'
import { bodySize, type RequestBody } from './request-body.ts'
import type { Download } from './response.ts'

/** Names and values of a file; both are texts without the bytes 0x01 and 0x02, at most 64 and 256 bytes long. */
export type Metadata = Readonly<Record<string, string>>

/** What SET_METADATA does with names that the file has already. */
export type MetadataMode = keyof typeof MetadataFlag

export interface UploadOptions {
  /** Without the dot, at most 6 bytes; default none. */
  readonly ext?: string
  /** Default: the storage chooses. */
  readonly storePathIndex?: number
}

/** Bytes of a file: `length` 0 or absent = to the end. */
export interface ByteRange {
  readonly offset?: number
  readonly length?: number
}

export interface FileInfo {
  readonly size: number
  /** Unix seconds. */
  readonly mtime: number
  /** Unsigned; 0 when an appender's or slave's was not asked for. */
  readonly crc32: number
  /** The storage that took the upload; empty when it is unknown. */
  readonly sourceIp: string
}

/** What a Cairn storage has of an unfinished upload. `state`: a value of PartState. */
export interface PartStat {
  readonly epoch: number
  /** Bytes from the beginning without a gap. */
  readonly offset: number
  readonly state: number
}

export interface LinkOptions {
  /** Without the dot, at most 6 bytes; default none. */
  readonly ext?: string
  /** The new file becomes a slave of this one, with this prefix; default: a name is drawn. */
  readonly slaveOf?: { readonly fileId: string; readonly prefix: string }
  /** What a C storage with `check_file_duplicate` keeps of the content in FastDHT; default zeros, which it takes, too. */
  readonly signature?: Buffer
}

/** Options of the low-level `request`. */
export interface RequestOptions extends Pick<Request, 'status' | 'responseMax' | 'timeoutMs'> {
  /** The request changes nothing and may be sent twice (see `ConnectionPool.request`). */
  readonly repeatable?: boolean
}

/** A storage may read the whole file for the checksum in the new name: this long for one that can be terabytes. */
const READ_WHOLE_TIMEOUT_MS = 30 * 60_000

/** C storages refuse an empty one. */
const NO_SIGNATURE = Buffer.alloc(24)

/**
 * The commands of one storage. Files are named by their file IDs (`group1/M00/00/00/…`). Every method rejects with
 * ServerError for a status other than 0 (ENOENT: no such file), with ConnectionError when the network or the server
 * fails, with ProtocolError when the answer or a file ID is malformed. Requests that change something are never sent
 * twice.
 */
export class StorageClient {
  /** `host:port` */
  readonly address: string
  readonly #pool: ConnectionPool
  readonly #call: CallOptions

  /** Throws RangeError when `address` is not `host:port`. */
  constructor(address: string, pool: ConnectionPool, call: CallOptions = {}) {
    parseAddress(address)
    this.address = address
    this.#pool = pool
    this.#call = call
  }

  /** Stores a file (11); resolves with its file ID. */
  uploadFile(body: RequestBody, options: UploadOptions = {}): Promise<string> {
    return this.#upload(storageCommands.uploadFile, body, options)
  }

  /** Stores a file that can grow (23); resolves with its file ID. */
  uploadAppender(body: RequestBody, options: UploadOptions = {}): Promise<string> {
    return this.#upload(storageCommands.uploadAppenderFile, body, options)
  }

  /** Stores a file whose name derives from its master's (21); resolves with its file ID. EEXIST when it is there. */
  async uploadSlave(masterFileId: string, prefix: string, ext: string, body: RequestBody): Promise<string> {
    const masterName = namedFile(masterFileId).name
    const row = storageCommands.uploadSlaveFile
    return toFileId(await this.#send(row, { fileSize: bodySize(body), prefix, extension: ext, masterName }, { body }))
  }

  /**
   * Gives the content of a file another file ID (20) and resolves with it; nothing is sent. At a Cairn storage both are
   * files of their own; at a C storage the new one is a symbolic link, which ends with the old one.
   */
  async createLink(fileId: string, { ext = '', slaveOf, signature = NO_SIGNATURE }: LinkOptions = {}): Promise<string> {
    const { group, name: sourceName } = namedFile(fileId)
    const masterName = slaveOf === undefined ? '' : namedFile(slaveOf.fileId).name
    const value = { group, prefix: slaveOf?.prefix ?? '', extension: ext, masterName, sourceName, signature }
    return toFileId(await this.#send(storageCommands.createLink, value, { timeoutMs: READ_WHOLE_TIMEOUT_MS }))
  }

  /** Adds to the end of an appender (24). */
  async appendFile(fileId: string, body: RequestBody): Promise<void> {
    const name = namedFile(fileId).name
    await this.#send(storageCommands.appendFile, { size: bodySize(body), name }, { body })
  }

  /** Overwrites a part of an appender from `offset`, which is at most its size (34). */
  async modifyFile(fileId: string, offset: number, body: RequestBody): Promise<void> {
    const name = namedFile(fileId).name
    await this.#send(storageCommands.modifyFile, { offset, size: bodySize(body), name }, { body })
  }

  /** Cuts an appender, or extends it with zeros, to `newSize` bytes (36). */
  async truncateFile(fileId: string, newSize: number): Promise<void> {
    await this.#send(storageCommands.truncateFile, { newSize, name: namedFile(fileId).name })
  }

  /** Turns an appender into a normal file under a new name (38); resolves with the new file ID. */
  async regenerateFile(fileId: string): Promise<string> {
    const name = namedFile(fileId).name
    const row = storageCommands.regenerateAppenderFilename
    return toFileId(await this.#send(row, { name }, { timeoutMs: READ_WHOLE_TIMEOUT_MS }))
  }

  /**
   * Reads a file, or a range of it, as a stream (14); a length beyond the end is cut by the server, more than the length
   * is a ProtocolError. EINVAL when the offset is not inside the file, and so for every empty file. Destroy the stream
   * when the rest is not wanted.
   */
  download(fileId: string, range: ByteRange = {}): Promise<Download> {
    return this.#pool.download(this.address, { ...downloadRequest(fileId, range), ...this.#call })
  }

  /** Reads a file, or a range of it, into memory (14): at most `sizeMax` bytes, more is a ProtocolError. */
  downloadBuffer(fileId: string, range: ByteRange = {}, sizeMax = 64 * 1024 * 1024): Promise<Buffer> {
    const request = downloadRequest(fileId, range)
    const responseMax = Math.min(request.responseMax ?? sizeMax, sizeMax)
    return this.#pool.request(this.address, { ...request, ...this.#call, responseMax }, true)
  }

  /** Deletes a file and its metadata (12). */
  async deleteFile(fileId: string): Promise<void> {
    await this.#send(storageCommands.deleteFile, namedFile(fileId))
  }

  /** The metadata of a file (15); ENOENT when the file has none, or is not there. */
  async getMetadata(fileId: string): Promise<Record<string, string>> {
    const { metadata } = await this.#send(storageCommands.getMetadata, namedFile(fileId), { repeatable: true })
    return decodeMetadata(metadata)
  }

  /** Replaces the metadata of a file, or merges new ones over it (13). */
  async setMetadata(fileId: string, metadata: Metadata, mode: MetadataMode): Promise<void> {
    const value = { ...namedFile(fileId), flag: MetadataFlag[mode], metadata: encodeMetadata(metadata) }
    await this.#send(storageCommands.setMetadata, value)
  }

  /** Size, time and checksum of a file (22). `flags`: bits of FileInfoFlag. */
  async queryFileInfo(fileId: string, flags = 0): Promise<FileInfo> {
    const options = { status: flags, repeatable: true }
    const { size, mtime, crc32, sourceIp } = await this.#send(storageCommands.queryFileInfo, namedFile(fileId), options)
    if (size < 0) throw new ProtocolError(`${fileId} is said to have ${size} bytes`)
    // The wire carries the checksum as a sign-extended 64-bit number.
    return { size, mtime, crc32: crc32 >>> 0, sourceIp }
  }

  /** Cairn's own STATUS (206). A C storage answers EINVAL. */
  status(): Promise<StatusAnswer> {
    return this.#send(storageCommands.status, {}, { repeatable: true })
  }

  /**
   * How much of an unfinished upload (32 hexadecimal digits) this Cairn storage has (204). ENOENT when it knows nothing of
   * it; a C storage answers EINVAL. Gives up after `timeoutMs` of silence, by default the client's own.
   */
  async partStat(uploadId: string, timeoutMs?: number): Promise<PartStat> {
    const row = storageCommands.partStat
    const options = { repeatable: true, ...(timeoutMs !== undefined && { timeoutMs }) }
    return await this.#send(row, { uploadId: Buffer.from(uploadId, 'hex') }, options)
  }

  /** Resolves when the server answers ACTIVE_TEST (111). */
  async activeTest(): Promise<void> {
    await this.#send(storageCommands.activeTest, {}, { repeatable: true })
  }

  /**
   * Sends any command: a frame whose body is `head` and then `body`. Resolves with the body of the answer, at most 4 MiB
   * unless `responseMax` says more. Replication and Cairn's own commands build on it.
   */
  request(command: number, head: Buffer, body?: RequestBody, options: RequestOptions = {}): Promise<Buffer> {
    const { repeatable, ...rest } = options
    const request = { command, head, ...this.#call, ...rest, ...(body !== undefined && { body }) }
    return this.#pool.request(this.address, request, repeatable ?? false)
  }

  async #upload(row: typeof storageCommands.uploadFile, body: RequestBody, options: UploadOptions): Promise<string> {
    const { ext: extension = '', storePathIndex = STORE_PATH_ANY } = options
    return toFileId(await this.#send(row, { storePathIndex, fileSize: bodySize(body), extension }, { body }))
  }

  async #send<Q, R>(row: Command<Q, R>, value: Q, options: RequestOptions & { body?: RequestBody } = {}): Promise<R> {
    const { body, ...rest } = options
    return row.response.decode(await this.request(row.code, row.request.encode(value), body, rest))
  }
}

/** ProtocolError when what the storage answered is no file ID: it would be kept, and asked for ever after. */
function toFileId({ group, name }: { group: string; name: string }): string {
  const fileId = `${group}/${name}`
  logicNameToTrueName(namedFile(fileId).name)
  return fileId
}

/** More bytes than were asked for would be taken for those behind them. */
function downloadRequest(fileId: string, { offset = 0, length = 0 }: ByteRange): Request {
  const row = storageCommands.downloadFile
  const head = row.request.encode({ offset, size: length, ...namedFile(fileId) })
  return { command: row.code, head, ...(length > 0 && { responseMax: length }) }
}
