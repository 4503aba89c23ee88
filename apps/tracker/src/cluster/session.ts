import { StorageStatus } from '@cairn/dfs-core'
import type { Cluster, Group, StorageServer } from './cluster.ts'
import { Refusal } from './refusal.ts'
import { isTombstone } from './storage-status.ts'
import { isLeader, type TrackerAddress } from './tracker-list.ts'
import { trunkServerOf } from './trunk-server.ts'

/** `anewAt` of a member that only the state files have told of. */
export const ANEW_UNKNOWN = -1

/** What the tracker knows of one connection. */
export interface Session {
  peerIp: string
  /** Set by JOIN. */
  server: StorageServer | null
  /** The value of `server.login` that this connection's JOIN made. */
  login: number
  leaderSeen: number
  changesSeen: number
  trunkSeen: number
  /** The tracker that has joined as a follower. */
  follower: TrackerAddress | null
  trunkServersSeen: number
  /** The connection is gone; what was still under way for it must not count. */
  closed: boolean
}

export function createSession(): Session {
  return {
    peerIp: '',
    server: null,
    login: 0,
    leaderSeen: 0,
    changesSeen: 0,
    trunkSeen: 0,
    follower: null,
    trunkServersSeen: 0,
    closed: false,
  }
}

/** The storage server that joined on this connection. */
export function joinedServer(session: Session): StorageServer {
  if (session.server === null) throw new Refusal('not_joined', 'the connection has not joined')
  return session.server
}

/** Same, for reports: a deleted storage server learns here that it has to join again. */
export function livingServer(session: Session): StorageServer {
  const server = joinedServer(session)
  if (isTombstone(server.status)) throw new Refusal('unknown', `${server.id} was removed from ${server.group.name}`)
  return server
}

export interface Changes {
  leader?: TrackerAddress
  /** Null: the group has none now. */
  trunkServer?: StorageServer | null
  members?: readonly StorageServer[]
}

/**
 * What changed for this connection since its last report. FastDFS counts per storage server, and loses a change with a
 * lost answer; counted per connection, a new connection gets the whole list again. A follower says nothing.
 */
export function takeChanges(cluster: Cluster, session: Session): Changes {
  const { trackers } = cluster
  const group: Group = livingServer(session).group
  const changes: Changes = {}
  if (!isLeader(trackers)) return changes
  if (trackers.leader !== null && session.leaderSeen !== trackers.leaderChanges) {
    session.leaderSeen = trackers.leaderChanges
    changes.leader = trackers.leader
  }
  if (cluster.settings.useTrunkFile && session.trunkSeen !== group.trunk.changes) {
    session.trunkSeen = group.trunk.changes
    changes.trunkServer = trunkServerOf(group) ?? null
  }
  if (session.changesSeen !== group.changes) {
    changes.members = takeMembers(session, group)
  }
  return changes
}

/**
 * A member that lost its disk and was back before the others were told that it was gone is OFFLINE for them first: who
 * has seen it ACTIVE until now takes WAIT_SYNC for the word of a tracker that is behind (internals §1.8), and would never
 * send it the old files.
 */
function takeMembers(session: Session, group: Group): readonly StorageServer[] {
  const isNews = (server: StorageServer) =>
    server !== session.server && server.anewAt > session.changesSeen && server.status <= StorageStatus.WAIT_SYNC
  const news = group.sorted.filter(isNews)
  session.changesSeen = news.length === 0 ? group.changes : Math.max(...news.map(({ anewAt }) => anewAt))
  if (news.length === 0) return group.sorted
  return group.sorted.map((server) => (news.includes(server) ? { ...server, status: StorageStatus.OFFLINE } : server))
}
