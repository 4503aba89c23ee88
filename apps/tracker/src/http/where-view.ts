import { ProtocolError, parseFileId, storageStatusName } from '@cairn/dfs-core'
import { formatHostPort } from '../cluster/address.ts'
import { chooseFetchAll, explainFetch, type FetchReason, findSource } from '../cluster/choose-fetch.ts'
import { findGroup, type Group, type StorageServer } from '../cluster/cluster.ts'
import { type FileName, readFileName } from '../cluster/file-name.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { TrackerContext } from '../handlers/context.ts'

// GET /where?file_id=…: who delivers a file, and why the others do not. Times in unix seconds.

/** Undefined where the text is no file ID of a known group. */
export function whereView(context: TrackerContext, fileId: string) {
  const { cluster, now } = context
  const group = findGroup(cluster, groupOf(fileId) ?? '')
  if (group === undefined) return
  const file = readFileName(Buffer.from(fileId, 'latin1'), group.name.length + 1)
  const source = findSource(group, file)
  const { syncFileMaxDelaySeconds, syncFileMaxTimeSeconds } = cluster.settings
  const members = explainFetch(cluster, group, file, now())
  return {
    file: fileId,
    createdAt: file.timestamp,
    ageSeconds: now() - file.timestamp,
    canChange: !file.isNormal,
    /** Who took the upload; null when no member is named by the file ID. */
    source: source?.id ?? null,
    syncFileMaxDelaySeconds,
    syncFileMaxTimeSeconds,
    /** Whom clients are sent to, in this order; with nobody known to have the file, one that might. */
    readFrom: readersOf(context, group, file),
    members: members.map(({ server, serves, reason, syncedUpTo }) => ({
      id: server.id,
      address: formatHostPort(server.ips[0] ?? '', server.port),
      status: storageStatusName(server.status),
      serves,
      reason,
      syncedUpTo,
      why: sentence(reason, { server, file, syncedUpTo, source }),
    })),
  }
}

/** Clients get an answer to any name, as with FastDFS; whoever asks here wants to know that it is none. */
function groupOf(fileId: string): string | null {
  try {
    return parseFileId(fileId).group
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

function readersOf({ cluster, now }: TrackerContext, group: Group, file: FileName): string[] {
  try {
    return chooseFetchAll(cluster, group, file, now()).map(({ id }) => id)
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}

interface Facts {
  readonly server: StorageServer
  readonly file: FileName
  readonly syncedUpTo: number | null
  readonly source: StorageServer | undefined
}

function sentence(reason: FetchReason, { server, file, syncedUpTo, source }: Facts): string {
  const from = source === undefined ? 'all sources' : source.id
  const synced =
    syncedUpTo === null || syncedUpTo === 0
      ? `nothing is known to have arrived from ${from}`
      : `what ${from} had up to ${time(syncedUpTo)} has arrived; the file is of ${time(file.timestamp)}`
  switch (reason) {
    case 'is the source':
      return 'took the upload'
    case 'older than storage_sync_file_max_delay':
      return 'the file is older than storage_sync_file_max_delay: every member has it'
    case 'not ACTIVE':
      return `is ${storageStatusName(server.status)}`
    case 'rw mode excludes reading':
      return 'its rw mode in storage_ids.conf excludes reading'
    case 'can change, so only its source serves it':
      return 'the file can change, so only its source serves it'
    default:
      return synced
  }
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
