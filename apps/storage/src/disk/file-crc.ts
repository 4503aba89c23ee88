import { crc32 } from 'node:zlib'
import { commonLane, type DiskLane } from '@cairn/dfs-core/disk'
import { closeByPace, openLater, readLater } from './by-pace.ts'

const PIECE_BYTES = 1024 * 1024

interface OpenRange {
  readonly fd: number
  readonly offset: number
  readonly size: number
  /** Of the disk that the file is on. */
  readonly lane: DiskLane
}

/** Reads a whole file without holding up the event loop. */
export async function crcOfFile(path: string, lane = commonLane): Promise<{ size: number; crc32: number }> {
  const fd = await lane.run(() => openLater(path, 'r'))
  try {
    return await crcOfRange({ fd, offset: 0, size: Number.POSITIVE_INFINITY, lane })
  } finally {
    await closeByPace(lane, fd)
  }
}

/** The same of a part of an open file; of what is there when it is shorter. */
export async function crcOfRange({ fd, offset, size, lane }: OpenRange): Promise<{ size: number; crc32: number }> {
  const piece = Buffer.allocUnsafe(Math.min(size, PIECE_BYTES))
  let crc = 0
  let done = 0
  while (done < size) {
    const into = piece.subarray(0, Math.min(piece.length, size - done))
    const bytesRead = await lane.run(() => readLater(fd, into, offset + done))
    if (bytesRead === 0) break
    crc = crc32(piece.subarray(0, bytesRead), crc)
    done += bytesRead
  }
  return { size: done, crc32: crc }
}
