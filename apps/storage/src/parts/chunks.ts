import type { FileHandle } from 'node:fs/promises'
import { crc32 } from '@cairn/dfs-core'

/** Where bytes have got to in a file, and those of them that nobody was told of. */
export interface Arrived {
  position: number
  size: number
  crc32: number
}

/** Counts what is really written, also when a write fails. */
export async function writeChunks(file: FileHandle, chunks: readonly Buffer[], arrived: Arrived): Promise<void> {
  let rest = chunks
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, arrived.position)
    const [taken, left] = splitChunks(rest, bytesWritten)
    for (const chunk of taken) arrived.crc32 = crc32(chunk, arrived.crc32)
    arrived.size += bytesWritten
    arrived.position += bytesWritten
    rest = left
  }
}

/** The first `size` bytes of some chunks, and the rest. */
export function splitChunks(chunks: readonly Buffer[], size: number): [Buffer[], Buffer[]] {
  const taken: Buffer[] = []
  const rest: Buffer[] = []
  let left = size
  for (const chunk of chunks) {
    const part = chunk.subarray(0, left)
    if (part.length > 0) taken.push(part)
    if (part.length < chunk.length) rest.push(chunk.subarray(part.length))
    left -= part.length
  }
  return [taken, rest]
}
