import {
  type ConnectionPool,
  formatAddress,
  ProtocolError,
  parseFileId,
  ServerError,
  Status,
  storageCommands,
} from '@cairn/dfs-core'
import type { ClusterState } from '../cluster/cluster-state.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { METADATA_SUFFIX } from '../disk/metadata-file.ts'
import { PROXIED_FLAG } from '../handlers/source-fallback.ts'
import { activeMembers } from './active-members.ts'

/** Size and CRC-32 of a file, and when it was changed last (unix seconds). */
interface ContentFacts {
  readonly size: number
  readonly crc32: number
  readonly mtime: number
}

/** True for slaves and appenders: their names do not tell their content, so members can only be compared. */
export function isUntold(logicName: string): boolean {
  if (logicName.endsWith(METADATA_SUFFIX)) return false
  try {
    const { kind } = parseFileId(`g/${logicName}`)
    return kind === 'slave' || kind === 'appender'
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

/** What the first member that can be asked has under a name; null when nobody has it. */
export async function factsElsewhere(
  { store, state, pool }: { readonly store: FileStore; readonly state: ClusterState; readonly pool: ConnectionPool },
  { logicName }: ResolvedName,
): Promise<(ContentFacts & { readonly member: string }) | null> {
  const row = storageCommands.queryFileInfo
  const head = row.request.encode({ group: store.group, name: logicName })
  for (const { id, ip, port } of activeMembers(state)) {
    try {
      const request = { command: row.code, status: PROXIED_FLAG, head }
      const { size, crc32, mtime } = row.response.decode(await pool.request(formatAddress(ip, port), request, true))
      return { size, crc32: crc32 >>> 0, mtime, member: id }
    } catch (error) {
      if (!(error instanceof ServerError) || error.status !== Status.ENOENT) throw error
    }
  }
  return null
}
