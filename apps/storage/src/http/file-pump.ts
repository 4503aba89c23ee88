import { read, readSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { BufferPool } from '@cairn/dfs-core/server'
import type { ByteRange } from '@cairn/dfs-http'

const PIECE_BYTES = 128 * 1024
/** Long ranges go faster in longer pieces (1.6 GB/s at 128 KiB, 2.3 GB/s at 512 KiB, measured): fewer trips to the thread pool. */
const LONG_PIECE_BYTES = 512 * 1024
const KEPT_BUFFERS_MAX = 32
/** So many clients get long pieces at once; with more, what slow ones hold would add up. */
const LONG_PIECES_MAX = 64

const pool = new BufferPool(PIECE_BYTES, KEPT_BUFFERS_MAX)
const longPool = new BufferPool(LONG_PIECE_BYTES, KEPT_BUFFERS_MAX)
let longPiecesInUse = 0

/** An open file, and the way to the disk that it is on. */
export interface SentFile {
  readonly fd: number
  readonly lane: DiskLane
}

/** Sends a range that fits one piece as the end of a response: one read, one write. */
export function endWithFile(response: ServerResponse, { fd, lane }: SentFile, { start, end }: ByteRange): void {
  const length = end - start + 1
  const buffer = pool.take()
  const startedAt = performance.now()
  const filled = readSync(fd, buffer, 0, length, start)
  lane.readSince(startedAt)
  if (filled < length) {
    pool.give(buffer)
    throw new Error(`the file ends at ${start + filled}, before ${end + 1}`)
  }
  // Without 'finish' the socket may still hold the buffer: then the garbage collector gets it.
  response.end(buffer.subarray(0, length), () => pool.give(buffer))
}

/** Small, and no read would hold up the event loop: `endWithFile` may be used. */
export function fitsOnePiece({ lane }: SentFile, { start, end }: ByteRange): boolean {
  return end - start < PIECE_BYTES && !lane.isSlowToRead
}

/**
 * Writes a range of a file to a response, piece by piece through one buffer, never more than one piece ahead of the client. Resolves false when
 * the client has gone away.
 */
export function pumpFile(response: ServerResponse, file: SentFile, range: ByteRange): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const piece = takePiece(range)
    let position = range.start
    let isDone = false

    // `isFree`: neither the disk nor the socket uses the buffer any more.
    const finish = (isFree: boolean, settle: () => void) => {
      if (isDone) return
      isDone = true
      piece.giveBack(isFree)
      response.off('close', onClose)
      settle()
    }
    const onClose = () => finish(false, () => resolve(false))
    const next = () => {
      const left = range.end + 1 - position
      if (left === 0) finish(true, () => resolve(true))
      else readPiece(file, { buffer: piece.buffer, left, position }, onRead)
    }
    const onRead = (error: Error | null, length: number) => {
      if (isDone) return
      if (error !== null || length === 0) {
        finish(true, () => reject(error ?? new Error(`the file ends at ${position}, before ${range.end + 1}`)))
        return
      }
      position += length
      response.write(piece.buffer.subarray(0, length), (writeError) => {
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
  /** A buffer that may still be in use is left to the garbage collector. */
  giveBack(isFree: boolean): void
}

function takePiece({ start, end }: ByteRange): Piece {
  const isLong = end - start >= LONG_PIECE_BYTES && longPiecesInUse < LONG_PIECES_MAX
  const from = isLong ? longPool : pool
  const buffer = from.take()
  longPiecesInUse += isLong ? 1 : 0
  return {
    buffer,
    giveBack(isFree) {
      longPiecesInUse -= isLong ? 1 : 0
      if (isFree) from.give(buffer)
    },
  }
}

interface Read {
  buffer: Buffer
  /** Bytes of the range that are still to come. */
  left: number
  position: number
}

/**
 * The end of a range is read at once: a trip to the thread pool costs more than reading so little from the page cache. Not while the disk is
 * slow.
 */
function readPiece(
  { fd, lane }: SentFile,
  { buffer, left, position }: Read,
  done: (error: Error | null, length: number) => void,
): void {
  const length = Math.min(left, buffer.length)
  if (left > PIECE_BYTES || lane.isSlowToRead) {
    lane.enter((leave) => {
      const startedAt = performance.now()
      read(fd, buffer, 0, length, position, (error, filled) => {
        leave()
        lane.readSince(startedAt)
        done(error, filled)
      })
    })
    return
  }
  let filled = 0
  const startedAt = performance.now()
  try {
    filled = readSync(fd, buffer, 0, length, position)
    lane.readSince(startedAt)
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)), 0)
    return
  }
  done(null, filled)
}
