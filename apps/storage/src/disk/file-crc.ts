import { read } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'

const PIECE_BYTES = 1024 * 1024

const readAt = promisify(read)

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

/** The same of a part of an open file; of what is there when it is shorter. */
export async function crcOfRange({ fd, offset, size }: { fd: number; offset: number; size: number }): Promise<number> {
  const piece = Buffer.allocUnsafe(Math.min(size, PIECE_BYTES))
  let crc = 0
  for (let done = 0; done < size; ) {
    const { bytesRead } = await readAt(fd, piece, 0, Math.min(piece.length, size - done), offset + done)
    if (bytesRead === 0) break
    crc = crc32(piece.subarray(0, bytesRead), crc)
    done += bytesRead
  }
  return crc
}
