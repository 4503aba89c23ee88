import { ConnectionError } from '../errors.ts'
import { encodeMetadata } from '../protocol/metadata.ts'
import type { RequestBody } from './request-body.ts'
import type { Metadata, StorageClient } from './storage-client.ts'

export interface UploadFileOptions {
  /** File name extension without the dot, at most 6 bytes. */
  readonly ext: string
  /** Default: the trackers choose. */
  readonly group?: string
  readonly metadata?: Metadata
  /** The file can be appended to; its size is not in its file ID. */
  readonly appender?: boolean
}

/** Where an upload goes. */
export interface UploadPlace {
  readonly storage: StorageClient
  /** Absent = the storage chooses. */
  readonly storePathIndex?: number
}

/** Stores a file with its metadata; both or neither, as far as the storage can be reached. Resolves with the file ID. */
export async function storeFile(place: UploadPlace, body: RequestBody, options: UploadFileOptions): Promise<string> {
  const { storage, storePathIndex } = place
  const { ext, metadata = {}, appender = false } = options
  // Metadata that cannot be encoded must not leave a file behind.
  const withMetadata = encodeMetadata(metadata).length > 0
  const details = { ext, ...(storePathIndex !== undefined && { storePathIndex }) }
  const fileId = appender ? await storage.uploadAppender(body, details) : await storage.uploadFile(body, details)
  if (withMetadata) await describe(storage, fileId, metadata)
  return fileId
}

/** As the C client does: when the metadata fail, the file goes, and the error is theirs (client protocol §10.2). */
async function describe(storage: StorageClient, fileId: string, metadata: Metadata): Promise<void> {
  try {
    await storage.setMetadata(fileId, metadata, 'overwrite')
  } catch (error) {
    try {
      await storage.deleteFile(fileId)
    } catch (cause) {
      throw new ConnectionError(`${fileId} was stored without its metadata (${String(error)}) and stays`, { cause })
    }
    throw error
  }
}
