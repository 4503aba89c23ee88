import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

const PIECE_BYTES = 1024 * 1024

/** Reads a whole file without holding up the event loop. */
export async function crcOfFile(path: string): Promise<{ size: number; crc32: number }> {
  const file = await open(path, 'r')
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    let size = 0
    let crc = 0
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, size)
      if (bytesRead === 0) return { size, crc32: crc }
      crc = crc32(piece.subarray(0, bytesRead), crc)
      size += bytesRead
    }
  } finally {
    await file.close()
  }
}
