import { type Layout, ProtocolError, Status, storageCommands } from '@cairn/dfs-core'
import type { BufferedHandler, CommandHandler } from '@cairn/dfs-core/server'
import { removeByPace } from '../disk/by-pace.ts'
import { crcOfFile } from '../disk/file-crc.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import { afterwards, ifWell, type LogDone } from '../disk/log-done.ts'
import { placeLink, presentAt, renameMakingFolder, truncateReplica, unshare } from '../disk/replica.ts'
import { StoreError } from '../disk/store-error.ts'
import { normalFacts } from '../engine/file-facts.ts'
import { factsByPace } from '../trunk/stored-by-pace.ts'
import { buryUnseen } from './burial.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { checkGroup, checkMayChange, type Finish, locked } from './requests.ts'
import { syncAnswer } from './sync-answer.ts'

/** REPORT_SERVER_ID, SYNC_DELETE_FILE, SYNC_CREATE_LINK, SYNC_TRUNCATE_FILE, SYNC_RENAME_FILE. */
export function syncNameHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { reportServerId, syncDeleteFile, syncCreateLink, syncTruncateFile, syncRenameFile } = storageCommands
  const { store } = context
  return [
    [reportServerId.code, serverIdHandler(context)],
    [syncDeleteFile.code, changeHandler(context, syncDeleteFile, (change) => removeReplica(context, change))],
    [
      syncCreateLink.code,
      changeHandler(context, syncCreateLink, (change) =>
        link(store, { ...change, target: store.resolve(change.value.sourceName) }),
      ),
    ],
    [
      syncTruncateFile.code,
      changeHandler(context, syncTruncateFile, ({ value, file, timestamp }) =>
        truncate(store, { file, timestamp, oldSize: value.oldSize, newSize: value.newSize }),
      ),
    ],
    [
      syncRenameFile.code,
      changeHandler(
        context,
        syncRenameFile,
        (change) => rename(store, { ...change, old: store.resolve(change.value.sourceName) }),
        'timeless',
      ),
    ],
  ]
}

function serverIdHandler(context: HandlerContext): BufferedHandler<ConnectionState> {
  return {
    kind: 'buffered',
    bodyMax: 16,
    handle(request, reply) {
      const { id } = storageCommands.reportServerId.request.decode(request.head)
      request.state.peerId = id
      context.peerSeen(id)
      reply.ok()
    },
  }
}

interface Change<Q> {
  readonly value: Q
  readonly file: ResolvedName
  readonly timestamp: number
}

/** FastDFS does not count a rename as progress, the other changes it does. */
function changeHandler<Q extends { readonly group: string; readonly name: string; readonly timestamp: number }>(
  context: HandlerContext,
  row: { readonly request: Layout<Q> },
  apply: (change: Change<Q>) => Promise<void>,
  counting: 'timed' | 'timeless' = 'timed',
): BufferedHandler<ConnectionState> {
  return {
    kind: 'buffered',
    bodyMax: context.config.bufferBytes,
    handle(request, reply) {
      const answer = syncAnswer(context, request, reply)
      try {
        const value = row.request.decode(request.head)
        checkGroup(context, value.group)
        const { timestamp } = value
        const file = context.store.resolve(value.name)
        const finish: Finish = (error) => answer(error, counting === 'timed' ? { timestamp, bytes: 0 } : undefined)
        locked(context, file, finish, (done) => apply({ value, file, timestamp }).then(() => done(), done))
      } catch (error) {
        answer(error)
      }
    },
  }
}

interface TimedFile {
  readonly file: ResolvedName
  readonly timestamp: number
}

async function removeReplica(context: HandlerContext, { file, timestamp }: TimedFile): Promise<void> {
  const facts = await factsByPace(file)
  if (facts === null) {
    // Its source may still send it: the member that deletes it had it earlier than we.
    if (context.isRestoring(file.storePath.index)) context.tombstones.add(file.logicName, timestamp)
    else buryUnseen(context, file)
    throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
  }
  if (facts.kind === 'folder') throw new StoreError(Status.EINVAL, `${file.logicName} is a folder`)
  await new Promise<void>((resolve, reject) => {
    const gone: LogDone = (error) => (error === undefined ? resolve() : reject(error))
    const bury = () => context.tombstones.add(file.logicName, timestamp)
    const takeOff = ifWell(gone, () => context.store.takeOff(file, gone, facts.size))
    context.store.log.append('d', file.logicName, afterwards(bury, takeOff), { timestamp })
  })
}

interface LinkChange extends TimedFile {
  readonly target: ResolvedName
}

/** FastDFS takes a link as done when it is there already, or when its target is not. */
async function link(store: FileStore, { file, target, timestamp }: LinkChange): Promise<void> {
  if ((await presentAt(file)).kind !== 'none' || (await presentAt(target)).kind === 'none') return
  await placeLink(file, target)
  await store.logThen({ op: 'l', name: file.logicName, timestamp, extra: target.logicName }, () => undefined)
}

interface Truncation extends TimedFile {
  readonly oldSize: number
  readonly newSize: number
}

async function truncate(store: FileStore, { file, timestamp, oldSize, newSize }: Truncation): Promise<void> {
  if (newSize < 0) throw new ProtocolError(`a size of ${newSize}`)
  const present = await presentAt(file)
  if (present.kind === 'none') throw new StoreError(Status.ENOENT, `${file.logicName} is not here`)
  checkMayChange(file)
  if (present.kind !== 'file' || present.size !== oldSize) {
    throw new StoreError(Status.EEXIST, `${file.logicName} has not the size to truncate from`)
  }
  await unshare(store, file)
  await truncateReplica(file, newSize, timestamp)
  const record = { op: 't', name: file.logicName, timestamp, extra: `${oldSize} ${newSize}` } as const
  await store.logThen(record, () => undefined)
}

interface RenameChange extends TimedFile {
  readonly old: ResolvedName
}

/**
 * The new name of a regenerated appender tells size and CRC-32. A copy here that lags behind must not get it: it is
 * removed, and ENOENT makes the sender send the whole file. The answer to a rename that is done is empty; C's echo of
 * the request breaks C senders.
 */
async function rename(store: FileStore, { file, old, timestamp }: RenameChange): Promise<void> {
  if ((await presentAt(file)).kind !== 'none') throw new StoreError(Status.EEXIST, `${file.logicName} is here`)
  const present = await presentAt(old)
  if (present.kind !== 'file') throw new StoreError(Status.ENOENT, `${old.logicName} is not here`)
  const { lane } = old.storePath
  const expected = normalFacts(file.logicName)
  if (expected !== null) {
    const found = await crcOfFile(old.path, lane)
    if (found.size !== expected.size || found.crc32 !== expected.crc32) {
      await store.logThen({ op: 'd', name: old.logicName, timestamp }, () => removeByPace(lane, old.path))
      throw new StoreError(Status.ENOENT, `${old.logicName} was not up to date`)
    }
  }
  const record = { op: 'r', name: file.logicName, timestamp, extra: old.logicName } as const
  await store.logThen(record, () => renameMakingFolder(file.storePath, old.path, file.path))
}
