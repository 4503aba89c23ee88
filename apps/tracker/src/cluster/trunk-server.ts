import { StorageStatus } from '@cairn/dfs-core'
import { storeServer } from './choose-upload.ts'
import { type Cluster, findGroup, findServer, type Group, requireServer, type StorageServer } from './cluster.ts'
import { Refusal } from './refusal.ts'

// With trunk files every group has one trunk server, which hands out the slots for all members (internals §6.5, §6.6).

export function trunkServerOf(group: Group): StorageServer | undefined {
  return group.trunk.server === '' ? undefined : findServer(group, group.trunk.server)
}

/** `id` empty: there is none any more. */
export function setTrunkServer(cluster: Cluster, group: Group, id: string): void {
  const { trunk } = group
  if (trunk.server === id) return
  trunk.server = id
  if (id !== '') trunk.lastServer = id
  trunk.changes++
  cluster.trunkChanges++
  cluster.unsaved.groups = true
  cluster.unsaved.urgent = true
}

/** Whoever is to be trunk server, for the state file, while nobody knows of it yet. */
export function recordTrunkServer(cluster: Cluster, group: Group, id: string): void {
  if (group.trunk.lastServer === id) return
  group.trunk.lastServer = id
  cluster.unsaved.groups = true
}

/** REPORT_TRUNK_FID (73): from the trunk server only; ids only grow. */
export function reportTrunkFile(cluster: Cluster, server: StorageServer, trunkFileId: number): void {
  const { trunk } = requireTrunkServer(server).group
  if (trunkFileId <= trunk.currentFileId) return
  trunk.currentFileId = trunkFileId
  cluster.unsaved.groups = true
  cluster.unsaved.urgent = true
}

/** REPORT_TRUNK_FREE (74): from the trunk server only. */
export function reportTrunkFree(server: StorageServer, freeMb: number): void {
  if (freeMb < 0) throw new Refusal('malformed', `${freeMb} MB free in trunk files`)
  requireTrunkServer(server).group.trunk.freeMb = freeMb
}

function requireTrunkServer(server: StorageServer): StorageServer {
  if (server.group.trunk.server === server.id) return server
  throw new Refusal('malformed', `${server.id} is not the trunk server of ${server.group.name}`)
}

/** Who may become trunk server: the store server first, because it wins where all logs are equally long. */
export function trunkCandidates(cluster: Cluster, group: Group): StorageServer[] {
  if (group.writable.length === 0) return []
  const first = storeServer(cluster, group)
  return [first, ...group.writable.filter((server) => server !== first)]
}

/** SET_TRUNK_SERVER (94) with an id: the member, if it may take over. */
export function requestedTrunkServer(group: Group, id: string): StorageServer {
  const present = trunkServerOf(group)
  if (present?.status === StorageStatus.ACTIVE) {
    const already = present.id === id
    throw new Refusal(already ? 'already' : 'exists', `${present.id} is the trunk server of ${group.name}`)
  }
  const server = requireServer(group, id)
  if (server.status !== StorageStatus.ACTIVE) throw new Refusal('not_active', `${id} is not ACTIVE`)
  if (!server.rw.write) throw new Refusal('read_only', `the rw mode of ${id} excludes writing`)
  return server
}

/** What a follower hears from its leader with the answer to PING_LEADER (65); an empty id: the group has none. */
export function takeTrunkServers(cluster: Cluster, told: readonly { group: string; id: string }[]): void {
  for (const { group: name, id } of told) {
    const group = findGroup(cluster, name)
    if (group === undefined || (id !== '' && findServer(group, id) === undefined)) continue
    setTrunkServer(cluster, group, id)
  }
}
