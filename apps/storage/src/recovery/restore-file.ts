import { dirname } from 'node:path'
import {
  type ConnectionPool,
  FileInfoFlag,
  ProtocolError,
  parseFileId,
  ServerError,
  Status,
  storageCommands,
} from '@cairn/dfs-core'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { IncomingFile } from '../disk/incoming-file.ts'
import { ContentMismatchError, placeFromFile, placeFromMemory, placeLink } from '../disk/replica.ts'
import type { Tombstones } from '../disk/tombstones.ts'
import { type BinlogRecord, sourceOp } from '../engine/binlog.ts'
import { NAME_START, normalFacts } from '../engine/file-facts.ts'
import { PROXIED_FLAG } from '../handlers/source-fallback.ts'

export interface RestoreContext {
  readonly store: FileStore
  readonly pool: ConnectionPool
  readonly tombstones: Tombstones
}

/** `absent`: the member has it no more. `damaged`: it has something else under this name. */
export type Restored = 'restored' | 'present' | 'absent' | 'damaged'

/** Brings one file back from the member at `address`, checked against its name and durable. Other failures are thrown. */
export async function restoreFile(context: RestoreContext, address: string, record: BinlogRecord): Promise<Restored> {
  const { store } = context
  const file = store.resolve(isInTrunk(record.name) ? trunkFileOf(record.name) : record.name)
  if (!isWanted(context, file)) return 'present'
  if (sourceOp(record.op) === 'L') {
    placeLink(file, store.resolve(record.extra))
    return 'restored'
  }
  try {
    if (normalFacts(file.logicName)?.size === 0) placeFromMemory(store, file, Buffer.alloc(0), record.timestamp)
    else if (!(await fetchFile(context, address, { file, timestamp: record.timestamp }))) return 'present'
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return 'absent'
    if (error instanceof ContentMismatchError) return 'damaged'
    throw error
  }
  await new Promise<void>((resolve, reject) => {
    const item = { file: file.path, folder: dirname(file.path) }
    store.groupSync.add(item, (error) => (error === undefined ? resolve() : reject(error)))
  })
  return 'restored'
}

/** What came by replication meanwhile stays, what was deleted meanwhile stays away. */
function isWanted({ store, tombstones }: RestoreContext, file: ResolvedName): boolean {
  return !store.exists(file) && !tombstones.has(file.logicName)
}

interface TimedFile {
  readonly file: ResolvedName
  readonly timestamp: number
}

/** False when it came or was deleted while it was fetched. */
async function fetchFile(context: RestoreContext, address: string, { file, timestamp }: TimedFile): Promise<boolean> {
  const { store, pool } = context
  const incoming = new IncomingFile(store.temporaryPath(file.storePath))
  try {
    await fetchContent(context, address, file, incoming)
    if (!isWanted(context, file)) return false
    placeFromFile(file, incoming, timestamp)
    return true
  } catch (error) {
    // FastDFS sends no empty file; the names of appenders and slaves do not tell that they are.
    if (!(error instanceof ServerError) || error.status !== Status.EINVAL) throw error
    if ((await sizeAt(pool, address, { group: store.group, name: file.logicName })) !== 0) throw error
    placeFromMemory(store, file, Buffer.alloc(0), timestamp)
    return true
  } finally {
    incoming.discard()
  }
}

/** The content of a file as the member at `address` has it. */
export async function fetchContent(
  { store, pool }: Pick<RestoreContext, 'store' | 'pool'>,
  address: string,
  file: ResolvedName,
  incoming: IncomingFile,
): Promise<void> {
  const row = storageCommands.downloadFile
  const head = row.request.encode({ group: store.group, name: file.logicName, offset: 0, size: 0 })
  const answer = await pool.download(address, { command: row.code, status: PROXIED_FLAG, head })
  for await (const chunk of answer.stream) incoming.write(chunk as Buffer)
  incoming.finish()
}

async function sizeAt(pool: ConnectionPool, address: string, named: { group: string; name: string }): Promise<number> {
  const row = storageCommands.queryFileInfo
  const status = FileInfoFlag.noCrc32 | PROXIED_FLAG
  return row.response.decode(
    await pool.request(address, { command: row.code, status, head: row.request.encode(named) }),
  ).size
}

const TRUNK_ID_DIGITS = 6

function isInTrunk(logicName: string): boolean {
  try {
    return parseFileId(`g/${logicName}`).kind === 'trunk'
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

/** The trunk file that holds a file: all of it is fetched, once. */
function trunkFileOf(logicName: string): string {
  const id = parseFileId(`g/${logicName}`).trunk?.id ?? 0
  return logicName.slice(0, NAME_START) + String(id).padStart(TRUNK_ID_DIGITS, '0')
}
