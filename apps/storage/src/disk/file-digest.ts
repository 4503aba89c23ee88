import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { isErrno } from './atomic-file.ts'

const PIECE_BYTES = 256 * 1024

/** SHA-256 of a file in hexadecimal, read piece by piece by the lane of its disk; null when there is none. */
export async function sha256OfFile(path: string, lane: DiskLane): Promise<string | null> {
  const file = await lane.run(() => openIfThere(path))
  if (file === null) return null
  try {
    const hash = createHash('sha256')
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    for (;;) {
      const { bytesRead } = await lane.run(() => file.read(piece))
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(piece.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}
