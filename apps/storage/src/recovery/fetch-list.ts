import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { encodeFrame, HEADER_SIZE, ProtocolError, parseAddress, ServerError, storageCommands } from '@cairn/dfs-core'

export interface ListRequest {
  /** `ip:port` of the member that is asked. */
  readonly address: string
  readonly group: string
  readonly storePathIndex: number
  /** The member reads its whole log before it answers. */
  readonly timeoutMs: number
  readonly localAddress?: string
}

const TRAILER_BYTES = 8
const STATUS_OFFSET = 9

/**
 * FETCH_ONE_PATH_BINLOG: writes the list to `path`. Its length is announced as unknown (2^58); it ends with the
 * connection, and its last 8 bytes tell how long it must be. Throws when it is not.
 */
export async function fetchList(request: ListRequest, path: string): Promise<void> {
  const { code, request: layout } = storageCommands.fetchOnePathBinlog
  const { address, group, storePathIndex, timeoutMs, localAddress } = request
  const own = localAddress === undefined ? {} : { localAddress }
  const socket = connect({ ...parseAddress(address), ...own })
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`${address} was silent for ${timeoutMs} ms`)))
  try {
    socket.write(encodeFrame({ command: code, status: 0 }, layout, { group, storePathIndex }))
    await pipeline(body(socket), createWriteStream(path))
  } finally {
    socket.destroy()
  }
  await checkTrailer(path)
}

/** What comes behind the header. ServerError when its status says that nothing does. */
async function* body(socket: Socket): AsyncGenerator<Buffer> {
  let header = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    if (header.length === HEADER_SIZE) {
      yield chunk
      continue
    }
    const missing = HEADER_SIZE - header.length
    header = Buffer.concat([header, chunk.subarray(0, missing)])
    if (header.length < HEADER_SIZE) continue
    const status = header.readUInt8(STATUS_OFFSET)
    if (status !== 0) throw new ServerError(status, storageCommands.fetchOnePathBinlog.code)
    yield chunk.subarray(missing)
  }
}

async function checkTrailer(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const trailer = Buffer.alloc(TRAILER_BYTES)
    if (size >= TRAILER_BYTES) await file.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES)
    if (size < TRAILER_BYTES || trailer.readBigInt64BE() !== BigInt(size - TRAILER_BYTES)) {
      throw new ProtocolError(`a list of ${size} bytes is not whole`)
    }
    await file.truncate(size - TRAILER_BYTES)
    await file.datasync()
  } finally {
    await file.close()
  }
}
