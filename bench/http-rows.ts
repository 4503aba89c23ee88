import type { BenchCluster } from './bench-cluster.ts'
import { downloadTicket, uploadTicket } from './bench-tickets.ts'
import { FrameReader, fileIdOf, uploadRequest } from './fastdfs-wire.ts'
import { getRequest, HttpReader, tusUploadRequest } from './http-wire.ts'
import { runLoad, type Speed } from './lane.ts'
import { pick } from './load-client.ts'
import { settleDisk } from './matrix.ts'
import { PIECE_BYTES, type Size } from './sizes.ts'

/** Uploads and downloads as browsers do them. */
export interface HttpRow {
  readonly size: Size
  readonly connections: number
  /** A whole file in one tus request, synced in groups before the answer. */
  readonly upload: Speed
  readonly download: Speed
}

interface HttpPlan {
  readonly size: Size
  readonly connections: number
  readonly seconds: number
  readonly bytesMax: number
}

const FILES_READ = 200
const UPLOADS_MAX = 60_000
/** A ticket is made beforehand for every download that there is time for. */
const REQUESTS_MAX = 4000

export async function benchHttp(cluster: BenchCluster, plan: HttpPlan): Promise<HttpRow> {
  const { size, connections, seconds, bytesMax } = plan
  const host = `${cluster.host}:${cluster.httpPort}`
  const chunk = Buffer.alloc(Math.min(size.bytes, PIECE_BYTES), 'cairn bench ')
  const load = { host: cluster.host, connections, seconds }
  const countMax = Math.min(UPLOADS_MAX, Math.max(connections, Math.floor(bytesMax / size.bytes)))
  // Signing tickets is the web server's work, not the storage's.
  const tickets = Array.from({ length: countMax }, () => uploadTicket(cluster, size.bytes))
  settleDisk()
  const upload = await runLoad({
    ...load,
    port: cluster.httpPort,
    operationsMax: countMax,
    request: () => tusUploadRequest({ host, ticket: tickets.pop() ?? '', size: size.bytes, chunk }),
    reader: () => new HttpReader({ status: 201 }),
  })
  const ids = await filesToRead(cluster, size, chunk)
  const gets = Array.from({ length: REQUESTS_MAX }, (_, n) => {
    const fileId = pick(ids, 0, n)
    return getRequest({ host, fileId, ticket: downloadTicket(cluster, fileId, size.bytes) })
  })
  const download = await runLoad({
    ...load,
    port: cluster.httpPort,
    operationsMax: Number.MAX_SAFE_INTEGER,
    request: (lane, sequence) => pick(gets, lane, sequence),
    reader: () => new HttpReader({ status: 200, sizeWanted: size.bytes }),
  })
  return { size, connections, upload, download }
}

async function filesToRead(cluster: BenchCluster, size: Size, chunk: Buffer): Promise<string[]> {
  const ids: string[] = []
  const request = uploadRequest(size.bytes, chunk)
  await runLoad({
    host: cluster.host,
    port: cluster.storagePort,
    connections: 4,
    seconds: 60,
    operationsMax: Math.max(4, Math.min(FILES_READ, Math.floor(2e8 / size.bytes))),
    request: () => request,
    reader: () => new FrameReader({ onBody: (body) => ids.push(fileIdOf(body)) }),
  })
  return ids
}
