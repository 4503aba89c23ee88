import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { combineCrc32, crc32 } from '../crc32.ts'
import { ProtocolError, ServerError, Status } from '../errors.ts'
import { parseFileId } from '../file-id/file-id.ts'
import { FileInfoFlag } from '../protocol/storage-commands.ts'
import type { Download } from './response.ts'
import type { ByteRange, FileInfo, StorageClient } from './storage-client.ts'
import { addressOf, type TrackerClient } from './tracker-client.ts'

const CHUNK_BYTES = 16 * 1024 * 1024
const PARALLEL = 4

export interface SaveOptions {
  /** Ranges that are read at once; default 4. */
  readonly parallel?: number
  /** Called with the bytes of the file that are on disk, those of an earlier call included. */
  readonly onProgress?: (bytes: number) => void
}

/** What is needed of a client. */
interface Reader {
  fileInfo(fileId: string, flags?: number): Promise<FileInfo>
  download(fileId: string, range?: ByteRange): Promise<Download>
  readonly tracker: Pick<TrackerClient, 'queryFetch'>
  storage(address: string): Pick<StorageClient, 'status'>
}

/** What has arrived, beside the part file: the CRC-32 of each finished chunk. A part of another file is begun anew. */
interface SavedState {
  readonly fileId: string
  readonly size: number
  readonly mtime: number
  readonly chunks: Record<string, number>
}

/** See `DfsClient.save`. Rejects with ProtocolError when the bytes that came are not those of the file. */
export async function saveFile(
  reader: Reader,
  { fileId, path }: { fileId: string; path: string },
  { parallel = PARALLEL, onProgress }: SaveOptions,
): Promise<void> {
  const isAppender = parseFileId(fileId).kind === 'appender'
  // An appender's checksum costs the storage a reading of all of it, and may be another one after that.
  const info = await reader.fileInfo(fileId, isAppender ? FileInfoFlag.noCrc32 : 0)
  await mkdir(dirname(path), { recursive: true })
  const part = await PartFile.open(path, { fileId, size: info.size, mtime: info.mtime, chunks: {} })
  try {
    onProgress?.(part.received)
    // One list for all readers. Who fails closes it, so that the others take no new chunk.
    const missing = part.missingChunks()
    const readRest = async () => {
      for (const index of missing) {
        const range = part.rangeOf(index)
        const { stream } = await reader.download(fileId, range)
        await part.write(index, stream, onProgress)
      }
    }
    await allOrFirstError(Array.from({ length: Math.max(1, parallel) }, readRest))
    if (!isAppender && part.crc32() !== info.crc32 && !(await isAsStored(reader, fileId, part.crc32()))) {
      await part.discard()
      throw new ProtocolError(`what came of ${fileId} has another CRC-32 than the file`)
    }
    await part.finish()
  } finally {
    await part.close()
  }
}

/**
 * A C storage answers with the CRC-32 in the name, and the names of links that it makes tell another one than that of
 * their content. What can be checked there is that the same bytes come twice.
 */
async function isAsStored(reader: Reader, fileId: string, crc: number): Promise<boolean> {
  const storage = reader.storage(addressOf(await reader.tracker.queryFetch(fileId)))
  if (await isCairn(storage)) return false
  let again = 0
  for await (const piece of (await reader.download(fileId)).stream) again = crc32(piece, again)
  return again === crc
}

async function isCairn(storage: Pick<StorageClient, 'status'>): Promise<boolean> {
  try {
    await storage.status()
    return true
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.EINVAL) return false
    throw error
  }
}

/** Waits for all even when one fails: nobody must write to a file that is closed. */
async function allOrFirstError(readers: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(readers)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

class PartFile {
  /** Bytes on disk, those of unfinished chunks included. */
  received: number
  readonly #path: string
  readonly #handle: FileHandle
  readonly #state: SavedState
  #stateWritten: Promise<void> = Promise.resolve()

  private constructor(path: string, handle: FileHandle, state: SavedState) {
    this.#path = path
    this.#handle = handle
    this.#state = state
    this.received = Object.keys(state.chunks).reduce((sum, index) => sum + this.#lengthOf(Number(index)), 0)
  }

  /** Goes on with what an earlier download of the same file left, else begins anew. */
  static async open(path: string, wanted: SavedState): Promise<PartFile> {
    const state = await readState(`${path}.part.json`)
    const same = state !== null && (['fileId', 'size', 'mtime'] as const).every((key) => state[key] === wanted[key])
    if (same) {
      const handle = await open(`${path}.part`, 'r+').catch(() => null)
      if (handle !== null && (await handle.stat()).size === wanted.size) return new PartFile(path, handle, state)
      await handle?.close()
    }
    await rm(`${path}.part.json`, { force: true })
    const handle = await open(`${path}.part`, 'w')
    await handle.truncate(wanted.size)
    return new PartFile(path, handle, wanted)
  }

  /** One by one: the size is the server's word, and its chunks may be more than there is memory for. */
  *missingChunks(): Generator<number> {
    const count = Math.ceil(this.#state.size / CHUNK_BYTES)
    for (let index = 0; index < count; index++) if (!(index in this.#state.chunks)) yield index
  }

  rangeOf(index: number): Required<ByteRange> {
    return { offset: index * CHUNK_BYTES, length: this.#lengthOf(index) }
  }

  /** Writes one chunk to its place; it counts only when it is whole and on the disk. */
  async write(index: number, bytes: AsyncIterable<Uint8Array>, onProgress?: (bytes: number) => void): Promise<void> {
    const { offset, length } = this.rangeOf(index)
    let done = 0
    let crc = 0
    for await (const piece of bytes) {
      await this.#handle.writev([piece], offset + done)
      crc = crc32(piece, crc)
      done += piece.length
      this.received += piece.length
      onProgress?.(this.received)
    }
    if (done !== length) throw new ProtocolError(`${done} instead of ${length} bytes came from offset ${offset}`)
    await this.#handle.datasync()
    this.#state.chunks[index] = crc
    await this.#writeState()
  }

  /** Of the whole file, from those of its chunks. */
  crc32(): number {
    const count = Math.ceil(this.#state.size / CHUNK_BYTES)
    let crc = 0
    for (let index = 0; index < count; index++) {
      crc = combineCrc32(crc, this.#state.chunks[index] ?? 0, this.#lengthOf(index))
    }
    return crc
  }

  async finish(): Promise<void> {
    await this.#handle.sync()
    await rename(`${this.#path}.part`, this.#path)
    await rm(`${this.#path}.part.json`, { force: true })
  }

  async discard(): Promise<void> {
    await rm(`${this.#path}.part.json`, { force: true })
    await rm(`${this.#path}.part`, { force: true })
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  #lengthOf(index: number): number {
    return Math.min(CHUNK_BYTES, this.#state.size - index * CHUNK_BYTES)
  }

  /** One after the other: a rename makes each of them whole or not there. */
  #writeState(): Promise<void> {
    const text = JSON.stringify(this.#state)
    this.#stateWritten = this.#stateWritten.then(async () => {
      await writeFile(`${this.#path}.part.json.new`, text)
      await rename(`${this.#path}.part.json.new`, `${this.#path}.part.json`)
    })
    return this.#stateWritten
  }
}

async function readState(path: string): Promise<SavedState | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // None, or one that was cut off: the download begins anew.
    return null
  }
}
