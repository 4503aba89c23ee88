import type { RequestBody } from '@cairn/dfs-core'
import type { DiskLane } from '@cairn/dfs-core/disk'
import { closeByPace, readByPace, readLater, statByPace } from '../disk/by-pace.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { openByPace } from '../trunk/stored-by-pace.ts'

/** Content that is sent to a peer. */
export interface LocalContent {
  readonly size: number
  readonly body: RequestBody
}

type Names = Pick<FileStore, 'resolve'>

/** Up to here a content is read at once and leaves in one write. */
const WHOLE_BYTES_MAX = 64 * 1024
const PIECE_BYTES = 256 * 1024

/** Size of a regular file (links are followed), or null when there is none. */
export async function fileSize(store: FileStore, file: ResolvedName): Promise<number | null> {
  const { lane } = file.storePath
  if (slotOfName(file.logicName) === null) {
    const stat = await statByPace(lane, file.path)
    return stat?.isFile() === true ? stat.size : null
  }
  const content = await openByPace(store, file)
  if (content === null) return null
  await closeByPace(lane, content.fd)
  return content.kind === 'file' ? content.size : null
}

/**
 * `length` bytes from `offset` (both default to the whole file); null when there is no file, or it is too short. Nothing is
 * left open: a large content is opened again when its first piece is asked for, which may never be.
 */
export async function openContent(
  store: Names,
  file: ResolvedName,
  range?: { readonly offset: number; readonly length: number },
): Promise<LocalContent | null> {
  const { lane } = file.storePath
  const content = await openByPace(store, file)
  if (content === null) return null
  try {
    const start = range?.offset ?? 0
    const size = range?.length ?? content.size
    if (content.kind !== 'file' || content.size < start + size) return null
    if (size > WHOLE_BYTES_MAX) return { size, body: { size, stream: pieces(store, file, { start, size }) } }
    return { size, body: await readWhole({ lane, fd: content.fd, offset: content.offset + start, size }) }
  } finally {
    await closeByPace(lane, content.fd)
  }
}

interface OpenRange {
  readonly lane: DiskLane
  readonly fd: number
  readonly offset: number
  readonly size: number
}

async function readWhole({ lane, fd, offset, size }: OpenRange): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  while (filled < size) {
    const n = await readByPace(lane, fd, bytes.subarray(filled), offset + filled)
    if (n === 0) throw new Error(`a file became shorter than ${offset + size} bytes while it was read`)
    filled += n
  }
  return bytes
}

/** The bytes go out before the next piece is asked for, so one buffer serves all pieces. */
async function* pieces(
  store: Names,
  file: ResolvedName,
  { start, size }: { start: number; size: number },
): AsyncGenerator<Buffer> {
  const { lane } = file.storePath
  const content = await openByPace(store, file)
  if (content === null) throw new Error(`${file.logicName} was removed before it was sent`)
  try {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size))
    const offset = content.offset + start
    let done = 0
    while (done < size) {
      const into = piece.subarray(0, Math.min(piece.length, size - done))
      const n = await lane.run(() => readLater(content.fd, into, offset + done))
      if (n === 0) throw new Error(`a file became shorter than ${offset + size} bytes while it was sent`)
      done += n
      yield into.subarray(0, n)
    }
  } finally {
    await closeByPace(lane, content.fd)
  }
}
