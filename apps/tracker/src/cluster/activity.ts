import { type StorageStat, StorageStatus } from '@cairn/dfs-core'
import { type Cluster, findServer, type StorageServer, type StorePath, setStatus } from './cluster.ts'
import { Refusal } from './refusal.ts'
import { livingServer, type Session } from './session.ts'
import { chooseRoomiestGroup, measureGroup } from './space.ts'
import { nextStatus } from './storage-status.ts'

// What a joined storage server reports, and what the tracker concludes from silence (internals §1.5–§1.7, §7.6).

/** 2^40 MiB: sums over all store paths stay exact. */
const SPACE_MB_MAX = 2 ** 40

/** BEAT (83). `stat` null: nothing has changed since the last one. */
export function beat(cluster: Cluster, session: Session, stat: StorageStat | null, now: number): void {
  const server = livingServer(session)
  if (stat !== null) {
    server.stat = stat
    cluster.unsaved.storages = true
  }
  server.lastHeartBeatTime = now
  heard(cluster, server, now)
}

/** REPORT_DISK_USAGE (84): one entry for each store path of the group. */
export function reportDisk(cluster: Cluster, session: Session, paths: StorePath[], now: number): void {
  const server = livingServer(session)
  const { storePathCount } = server.group
  if (paths.length !== storePathCount) {
    throw new Refusal('malformed', `${paths.length} store paths reported, ${server.group.name} has ${storePathCount}`)
  }
  if (!paths.every(({ totalMb, freeMb }) => isSpace(totalMb) && isSpace(freeMb))) {
    throw new Refusal('malformed', 'space that no disk has')
  }
  server.paths = paths
  server.totalMb = paths.reduce((sum, path) => sum + path.totalMb, 0)
  server.freeMb = paths.reduce((sum, path) => sum + path.freeMb, 0)
  if (cluster.settings.storePath === 2) moveToRoomiestPath(server)
  cluster.unsaved.storages = true
  heard(cluster, server, now)
  measureGroup(server.group)
  chooseRoomiestGroup(cluster)
}

function isSpace(mb: number): boolean {
  return mb >= 0 && mb <= SPACE_MB_MAX
}

function moveToRoomiestPath(server: StorageServer): void {
  let best = server.paths[server.currentWritePath]?.freeMb ?? -1
  for (const [index, path] of server.paths.entries()) {
    if (path.freeMb <= best) continue
    server.currentWritePath = index
    best = path.freeMb
  }
}

/** A first sign of life after JOIN makes the server eligible for reads and writes. */
function heard(cluster: Cluster, server: StorageServer, now: number): void {
  server.lastSeen = now
  setStatus(cluster, server, nextStatus('beat', server.status))
}

export interface SyncedUpTo {
  id: string
  timestamp: number
}

/**
 * SYNC_REPORT (89): up to which second the files of each source have arrived at this server. FastDFS makes one number
 * of the report (the minimum with store_server 0, else the maximum ever); reads are routed by the pairs, see
 * choose-fetch.ts.
 */
export function reportSync(cluster: Cluster, session: Session, entries: readonly SyncedUpTo[]): void {
  const server = livingServer(session)
  const used: number[] = []
  for (const { id, timestamp } of entries) {
    const source = findServer(server.group, id)
    if (timestamp <= 0 || source === undefined || source === server) continue
    if (source.status !== StorageStatus.ACTIVE) continue
    server.syncedFrom.set(id, timestamp)
    used.push(timestamp)
  }
  if (used.length === 0) return
  cluster.unsaved.syncTimestamps = true
  cluster.unsaved.storages = true
  server.lastSyncedTimestamp =
    cluster.settings.storeServer === 0 ? Math.min(...used) : Math.max(server.lastSyncedTimestamp, ...used)
}

/** The connection is gone, or QUIT. A newer connection of the same server keeps it online. */
export function disconnect(cluster: Cluster, session: Session): void {
  const { server } = session
  if (server === null || server.login !== session.login) return
  session.server = null
  server.upTime = 0
  server.changelogSent = 0
  setStatus(cluster, server, nextStatus('disconnect', server.status))
}

/** The scan runs every second; a gap up to this is only a busy machine. */
const SCAN_GAP_SECONDS = 5

/**
 * Takes silent servers offline. Meant to be called every second or so; when it was not called for long (a suspended
 * machine, a clock that jumped), silence proves nothing: everybody gets a whole interval more.
 */
export function scan(cluster: Cluster, now: number): StorageServer[] {
  const interval = cluster.settings.checkActiveIntervalSeconds
  const gap = now - cluster.lastScan
  cluster.lastScan = now
  const jumped = gap < 0 || gap > Math.max(SCAN_GAP_SECONDS, interval / 2)
  const silent: StorageServer[] = []
  for (const group of cluster.groups) {
    for (const server of group.sorted) {
      if (jumped) server.lastSeen = now
      if (now - server.lastSeen <= interval) continue
      const status = nextStatus('silence', server.status)
      if (status === server.status) continue
      setStatus(cluster, server, status)
      silent.push(server)
    }
  }
  return silent
}
