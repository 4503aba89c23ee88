import { randomBytes } from 'node:crypto'
import { sign } from '@cairn/dfs-core/tickets'
import type { BenchCluster } from './bench-cluster.ts'

const HOUR_SECONDS = 3600

type Place = Pick<BenchCluster, 'group' | 'storageId' | 'keys'>

/** A ticket for one new upload, as the web application signs it. */
export function uploadTicket(place: Place, size: number, upl = randomBytes(16).toString('hex')): string {
  const now = Math.floor(Date.now() / 1000)
  return sign(
    {
      typ: 'up',
      grp: place.group,
      mem: place.storageId,
      upl,
      ep: 1,
      len: size,
      ext: 'bin',
      own: 'bench',
      ent: randomBytes(8).toString('hex'),
      ops: ['create', 'write', 'head', 'end'],
      iat: now,
      exp: now + HOUR_SECONDS,
    },
    place.keys.ticketRing(place.group),
  )
}

/** A ticket for downloads of one file. */
export function downloadTicket(cluster: BenchCluster, fileId: string, size: number): string {
  return sign(
    {
      typ: 'dl',
      fid: fileId,
      sz: size,
      ct: 'application/octet-stream',
      cd: 'a',
      fn: 'bench.bin',
      pol: 'normal',
      exp: Math.floor(Date.now() / 1000) + HOUR_SECONDS,
    },
    cluster.keys.ticketRing(cluster.group),
  )
}
