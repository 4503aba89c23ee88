import { dirname } from 'node:path'
import { type ConnectionPool, FileInfoFlag, ServerError, Status, storageCommands } from '@cairn/dfs-core'
import { type FileLocks, whileLocked } from '../disk/file-locks.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { IncomingFile } from '../disk/incoming-file.ts'
import { ContentMismatchError, placeFromFile, placeFromMemory, placeLink } from '../disk/replica.ts'
import type { Tombstones } from '../disk/tombstones.ts'
import { type BinlogRecord, sourceOp } from '../engine/binlog.ts'
import { normalFacts } from '../engine/file-facts.ts'
import { PROXIED_FLAG } from '../handlers/source-fallback.ts'
import { trunkFilePath } from '../trunk/slot-file.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { factsByPace } from '../trunk/stored-by-pace.ts'
import type { TrunkGroup } from '../trunk/trunk-group.ts'
import { type Restored, restoreSlot } from './restore-slot.ts'

export interface RestoreContext {
  readonly store: FileStore
  readonly pool: ConnectionPool
  readonly locks: FileLocks
  readonly tombstones: Tombstones
  readonly trunk: Pick<TrunkGroup, 'makeTrunkFile'>
}

/** Brings one file back from the member at `address`, checked against its name and durable. Other failures are thrown. */
export async function restoreFile(context: RestoreContext, address: string, record: BinlogRecord): Promise<Restored> {
  const { store } = context
  const file = store.resolve(record.name)
  if (!(await isWanted(context, file))) return 'present'
  const named = slotOfName(file.logicName)
  if (named === null) return await restorePlain(context, address, { file, record })
  const restored = await restoreSlot(context, address, { file, named, isWanted: () => isWanted(context, file) })
  if (restored === 'restored') await settle(store, { ...file, path: trunkFilePath(file.storePath, named.slot) })
  return restored
}

async function restorePlain(
  context: RestoreContext,
  address: string,
  { file, record }: { file: ResolvedName; record: BinlogRecord },
): Promise<Restored> {
  const { store } = context
  if (sourceOp(record.op) === 'L') {
    const isPlaced = await placeIfWanted(context, file, () => placeLink(file, store.resolve(record.extra)))
    return isPlaced ? 'restored' : 'present'
  }
  const { timestamp } = record
  const isEmpty = normalFacts(file.logicName)?.size === 0
  try {
    const isPlaced = await (isEmpty
      ? placeEmpty(context, file, timestamp)
      : fetchFile(context, address, { file, timestamp }))
    if (!isPlaced) return 'present'
  } catch (error) {
    if (error instanceof ServerError && error.status === Status.ENOENT) return 'absent'
    if (error instanceof ContentMismatchError) return 'damaged'
    throw error
  }
  await settle(store, file)
  return 'restored'
}

function settle(store: FileStore, { path, storePath }: ResolvedName): Promise<void> {
  return new Promise((resolve, reject) => {
    store.groupSync.add({ lane: storePath.lane, file: path, folder: dirname(path) }, (error) =>
      error === undefined ? resolve() : reject(error),
    )
  })
}

/** What came by replication meanwhile stays, what was deleted meanwhile stays away. */
async function isWanted({ tombstones }: RestoreContext, file: ResolvedName): Promise<boolean> {
  return (await factsByPace(file)) === null && !tombstones.has(file.logicName)
}

/** False when it came or was deleted meanwhile. No other change of the file comes in between. */
function placeIfWanted(context: RestoreContext, file: ResolvedName, place: () => Promise<void>): Promise<boolean> {
  return whileLocked(context.locks, file.logicName, async () => {
    const wanted = await isWanted(context, file)
    if (wanted) await place()
    return wanted
  })
}

function placeEmpty(context: RestoreContext, file: ResolvedName, timestamp: number): Promise<boolean> {
  return placeIfWanted(context, file, () => placeFromMemory(context.store, file, Buffer.alloc(0), timestamp))
}

interface TimedFile {
  readonly file: ResolvedName
  readonly timestamp: number
}

/** False when it came or was deleted while it was fetched. */
async function fetchFile(context: RestoreContext, address: string, { file, timestamp }: TimedFile): Promise<boolean> {
  const { store, pool } = context
  const incoming = new IncomingFile(store.temporaryPath(file.storePath), file.storePath.lane)
  try {
    await fetchContent(context, address, file, incoming)
    return await placeIfWanted(context, file, () => placeFromFile(file, incoming, timestamp))
  } catch (error) {
    // FastDFS sends no empty file; the names of appenders and slaves do not tell that they are.
    if (!(error instanceof ServerError) || error.status !== Status.EINVAL) throw error
    if ((await sizeAt(pool, address, { group: store.group, name: file.logicName })) !== 0) throw error
    return await placeEmpty(context, file, timestamp)
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
  for await (const chunk of answer.stream) await incoming.write(chunk as Buffer)
  await incoming.finish()
}

async function sizeAt(pool: ConnectionPool, address: string, named: { group: string; name: string }): Promise<number> {
  const row = storageCommands.queryFileInfo
  const status = FileInfoFlag.noCrc32 | PROXIED_FLAG
  return row.response.decode(
    await pool.request(address, { command: row.code, status, head: row.request.encode(named) }),
  ).size
}
