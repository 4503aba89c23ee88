import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { BenchCluster } from './bench-cluster.ts'
import { activeTestRequest, FrameReader } from './fastdfs-wire.ts'

/** What daemons need of the machine. Megabytes are null where there is no /proc. */
export interface DaemonCosts {
  readonly connections: number
  readonly trackerMb: number | null
  readonly storageMb: number | null
  /** From start to ready, with the files of the run on its disk. */
  readonly startMs: number
}

/** Memory (RSS) with so many open connections that have each sent a small request, and the time of a start. */
export async function measureCosts(cluster: BenchCluster, connections: number): Promise<DaemonCosts> {
  const startMs = await cluster.restartStorage()
  const trackerMb = await withConnections(cluster.trackerPort, connections, () => residentMb(cluster.pids().tracker))
  const storageMb = await withConnections(cluster.storagePort, connections, () => residentMb(cluster.pids().storage))
  return { connections, trackerMb, storageMb, startMs }
}

/** The storage as it is after a start is not the one that has worked: its memory is measured beside. */
export function residentMb(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) / 1024
}

async function withConnections<T>(port: number, count: number, measure: () => T): Promise<T> {
  const sockets: Socket[] = []
  try {
    for (let open = 0; open < count; open += 1) sockets.push(await askedOnce(port))
    return measure()
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

async function askedOnce(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  const reader = new FrameReader({ sizeWanted: 0 })
  reader.begin()
  socket.write(activeTestRequest.head)
  for (;;) {
    const [piece] = (await once(socket, 'data')) as [Buffer]
    if (reader.feed(piece, piece.length)) return socket
  }
}
