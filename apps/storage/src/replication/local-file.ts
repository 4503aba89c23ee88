import { closeSync, read, readSync, statSync } from 'node:fs'
import type { RequestBody } from '@cairn/dfs-core'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { openStored } from '../trunk/stored-content.ts'

/** Content that is sent to a peer. */
export interface LocalContent {
  readonly size: number
  readonly body: RequestBody
}

/** Up to here a content is read at once and leaves in one write. */
const WHOLE_BYTES_MAX = 64 * 1024
const PIECE_BYTES = 256 * 1024

/** Size of a regular file (links are followed), or null when there is none. */
export function fileSize(store: FileStore, file: ResolvedName): number | null {
  if (slotOfName(file.logicName) === null) {
    const stat = statSync(file.path, { throwIfNoEntry: false })
    return stat?.isFile() === true ? stat.size : null
  }
  const content = openStored(store, file)
  if (content === null) return null
  closeSync(content.fd)
  return content.kind === 'file' ? content.size : null
}

/** `length` bytes from `offset` (both default to the whole file); null when there is no file, or it is too short. */
export function openContent(
  store: FileStore,
  file: ResolvedName,
  range?: { readonly offset: number; readonly length: number },
): LocalContent | null {
  const content = openStored(store, file)
  if (content === null) return null
  const { fd } = content
  let keep = false
  try {
    const start = range?.offset ?? 0
    const size = range?.length ?? content.size
    if (content.kind !== 'file' || content.size < start + size) return null
    const offset = content.offset + start
    if (size <= WHOLE_BYTES_MAX) return { size, body: readWhole(fd, offset, size) }
    keep = true
    return { size, body: { size, stream: pieces(fd, offset, size) } }
  } finally {
    if (!keep) closeSync(fd)
  }
}

function readWhole(fd: number, offset: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  while (filled < size) {
    const n = readSync(fd, bytes, filled, size - filled, offset + filled)
    if (n === 0) throw new Error(`a file became shorter than ${offset + size} bytes while it was read`)
    filled += n
  }
  return bytes
}

/** The bytes go out before the next piece is asked for, so one buffer serves all pieces. */
async function* pieces(fd: number, offset: number, size: number): AsyncGenerator<Buffer> {
  try {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size))
    let done = 0
    while (done < size) {
      const n = await readPiece(fd, piece, Math.min(piece.length, size - done), offset + done)
      if (n === 0) throw new Error(`a file became shorter than ${offset + size} bytes while it was sent`)
      done += n
      yield piece.subarray(0, n)
    }
  } finally {
    closeSync(fd)
  }
}

function readPiece(fd: number, piece: Buffer, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, piece, 0, length, position, (error, n) => (error === null ? resolve(n) : reject(error)))
  })
}
