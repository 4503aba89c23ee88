import { read, readSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { BufferPool } from '@cairn/dfs-core/server'
import type { ByteRange } from './byte-range.ts'

const PIECE_BYTES = 128 * 1024
const KEPT_BUFFERS_MAX = 32
/** Shorter reads are done at once: a trip to the thread pool costs more than reading from the page cache. */
const SYNC_READ_MAX = PIECE_BYTES

const pool = new BufferPool(PIECE_BYTES, KEPT_BUFFERS_MAX)

/** Sends a range that fits one piece as the end of a response: one read, one write. */
export function endWithFile(response: ServerResponse, fd: number, { start, end }: ByteRange): void {
  const length = end - start + 1
  const buffer = pool.take()
  const filled = readSync(fd, buffer, 0, length, start)
  if (filled < length) {
    pool.give(buffer)
    throw new Error(`the file ends at ${start + filled}, before ${end + 1}`)
  }
  // Without 'finish' the socket may still hold the buffer: then the garbage collector gets it.
  response.end(buffer.subarray(0, length), () => pool.give(buffer))
}

export function fitsOnePiece({ start, end }: ByteRange): boolean {
  return end - start < PIECE_BYTES
}

/**
 * Writes a range of a file to a response, piece by piece through one buffer, never more than one piece ahead of the client. Resolves false when
 * the client has gone away.
 */
export function pumpFile(response: ServerResponse, fd: number, range: ByteRange): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const buffer = pool.take()
    let position = range.start
    let isDone = false

    const finish = (settle: () => void) => {
      if (isDone) return
      isDone = true
      response.off('close', onClose)
      settle()
    }
    const onClose = () => finish(() => resolve(false))
    const next = () => {
      const left = range.end + 1 - position
      if (left === 0) {
        pool.give(buffer)
        finish(() => resolve(true))
        return
      }
      readPiece(fd, { buffer, length: Math.min(left, PIECE_BYTES), position, isLong: left > SYNC_READ_MAX }, onRead)
    }
    const onRead = (error: Error | null, length: number) => {
      if (isDone) return
      if (error !== null || length === 0) {
        finish(() => reject(error ?? new Error(`the file ends at ${position}, before ${range.end + 1}`)))
        return
      }
      position += length
      response.write(buffer.subarray(0, length), (writeError) => {
        if (writeError) onClose()
        else if (!isDone) next()
      })
    }
    response.on('close', onClose)
    if (response.destroyed) onClose()
    else next()
  })
}

interface Piece {
  buffer: Buffer
  length: number
  position: number
  isLong: boolean
}

function readPiece(
  fd: number,
  { buffer, length, position, isLong }: Piece,
  done: (error: Error | null, length: number) => void,
): void {
  if (isLong) {
    read(fd, buffer, 0, length, position, done)
    return
  }
  let filled = 0
  try {
    filled = readSync(fd, buffer, 0, length, position)
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)), 0)
    return
  }
  done(null, filled)
}
