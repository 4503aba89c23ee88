import {
  deleteRequest,
  downloadRequest,
  FrameReader,
  fileIdOf,
  queryStoreRequest,
  uploadRequest,
} from './fastdfs-wire.ts'
import { runLoad, type Speed } from './lane.ts'
import { PIECE_BYTES } from './sizes.ts'

/** A server that is asked, and how. */
export interface Load {
  readonly host: string
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly operationsMax: number
}

/** Of files: their size in bytes, and their ids. */
interface FileLoad extends Load {
  readonly size: number
  readonly ids: readonly string[]
}

/** Who asks the daemons: one request on its way on each connection. What is not answered well is an error. */
export interface LoadClient {
  upload(load: Load & { readonly size: number }): Promise<{ speed: Speed; ids: string[] }>
  /** The files again and again, until the time is up. */
  download(load: FileLoad): Promise<Speed>
  /** Each file once. */
  remove(load: FileLoad): Promise<Speed>
  /** Where to upload to, of a tracker. */
  query(load: Load): Promise<Speed>
}

const QUERY_ANSWER_BYTES = 40

/** The benchmark's own client: one thread of JavaScript. */
export const ownClient: LoadClient = {
  async upload(load) {
    const ids: string[] = []
    const request = uploadRequest(load.size, Buffer.alloc(Math.min(load.size, PIECE_BYTES), 'cairn bench '))
    const reader = () => new FrameReader({ onBody: (body) => ids.push(fileIdOf(body)) })
    return { speed: await runLoad({ ...load, request: () => request, reader }), ids }
  },
  download(load) {
    const requests = load.ids.map(downloadRequest)
    return runLoad({
      ...load,
      request: (lane, sequence) => pick(requests, lane, sequence),
      reader: () => new FrameReader({ sizeWanted: load.size }),
    })
  },
  remove(load) {
    const requests = load.ids.map(deleteRequest)
    return runLoad({
      ...load,
      operationsMax: requests.length,
      request: () => requests.pop() ?? deleteRequest(''),
      reader: () => new FrameReader({ sizeWanted: 0 }),
    })
  },
  query: (load) =>
    runLoad({
      ...load,
      request: () => queryStoreRequest,
      reader: () => new FrameReader({ sizeWanted: QUERY_ANSWER_BYTES }),
    }),
}

/** Lanes start far apart, so that they do not read the same file at the same time. */
export function pick<T>(items: T[], lane: number, sequence: number): T {
  const item = items[(lane * 7919 + sequence) % items.length]
  if (item === undefined) throw new Error('nothing was uploaded, so nothing can be downloaded')
  return item
}
