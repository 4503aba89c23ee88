import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Writes a stream to a file; what a failed one has left is removed. */
export async function saveStream(stream: Readable, path: string): Promise<void> {
  try {
    await pipeline(stream, createWriteStream(path))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}
