import type { Cluster, StorageServer } from './cluster.ts'

// storage_changelog.dat: deletions and changes of address, one line each, which every storage server reads once.
//     <unix time> <group> <storage id> <status> <new id>\n        the fifth column is empty for deletions

/** A chunk must fit the buffer of the C storage (internals §1.12). */
const CHUNK_BYTES_MAX = 8182

export interface ChangelogEntry {
  time: number
  group: string
  id: string
  status: number
  /** Empty for deletions. */
  newId: string
}

export function appendChangelog(cluster: Cluster, { time, group, id, status, newId }: ChangelogEntry): void {
  cluster.changelog += `${time} ${group} ${id} ${status} ${newId}\n`
}

/** Undefined where the line has another form. */
export function parseChangelogLine(line: string): ChangelogEntry | undefined {
  const match = /^(\d{1,12}) ([A-Za-z0-9]{1,16}) (\S{1,15}) (\d{1,2}) (\S{0,15})$/.exec(line)
  if (match === null) return
  const [, time, group = '', id = '', status, newId = ''] = match
  return { time: Number(time), group, id, status: Number(status), newId }
}

/**
 * CHANGELOG_REQ (77). What was sent counts as read when the server asks again while its connection is alive: FastDFS
 * counts it as read when it is sent, and an answer that is lost on the way leaves stale read positions behind.
 */
export function readChangelog(cluster: Cluster, server: StorageServer): string {
  if (server.changelogSent > server.changelogOffset) {
    server.changelogOffset = server.changelogSent
    // Not urgent: lost with a crash, the lines are sent again, and the storage server skips what it has done.
    cluster.unsaved.storages = true
  }
  const rest = cluster.changelog.slice(server.changelogOffset)
  const chunk = rest.length <= CHUNK_BYTES_MAX ? rest : rest.slice(0, rest.lastIndexOf('\n', CHUNK_BYTES_MAX - 1) + 1)
  server.changelogSent = server.changelogOffset + chunk.length
  return chunk
}
