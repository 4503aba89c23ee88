import { decodeStreamHead, ProtocolError, Status, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler, StreamedHandler } from '@cairn/dfs-core/server'
import type { ResolvedName } from '../disk/file-store.ts'
import { InPlaceWrite } from '../disk/in-place-write.ts'
import { presentAt, unshare } from '../disk/replica.ts'
import { StoreError } from '../disk/store-error.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { type BodyWork, lockedBody } from './locked-body.ts'
import { checkGroup, checkMayChange } from './requests.ts'
import { syncAnswer } from './sync-answer.ts'

/** SYNC_APPEND_FILE, SYNC_MODIFY_FILE: bytes into a file that is here already. */
export function syncRangeHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  return [
    [storageCommands.syncAppendFile.code, rangeHandler(context, 'a')],
    [storageCommands.syncModifyFile.code, rangeHandler(context, 'm')],
  ]
}

function rangeHandler(context: HandlerContext, op: 'a' | 'm'): StreamedHandler<ConnectionState> {
  const row = op === 'a' ? storageCommands.syncAppendFile : storageCommands.syncModifyFile
  const open = op === 'a' ? openAppend : openModify
  return {
    kind: 'streamed',
    bodyMax: Number.MAX_SAFE_INTEGER,
    headBytesMin: row.request.sizeMax,
    begin(request, reply) {
      const answer = syncAnswer(context, request, reply)
      try {
        const { value, headSize } = decodeStreamHead(row, request.head, request.bodyLength)
        const { offset, size, timestamp } = value
        if (offset < 0) throw new ProtocolError(`offset ${offset}`)
        checkGroup(context, value.group)
        const file = context.store.resolve(value.name)
        const range = { file, offset, size, timestamp }
        return lockedBody({
          locks: context.locks,
          logicName: file.logicName,
          reply,
          headSize,
          open: () => open(context, range),
          finish: (error) => answer(error, { timestamp, bytes: size }),
        })
      } catch (error) {
        answer(error)
        return null
      }
    },
  }
}

interface Range {
  readonly file: ResolvedName
  readonly offset: number
  readonly size: number
  readonly timestamp: number
}

/** Longer already: done before. Shorter, or an end that does not meet: the sender must send the whole file. */
async function openAppend(context: HandlerContext, range: Range): Promise<BodyWork> {
  const present = await presentAt(range.file)
  if (present.kind === 'file' && present.size === range.offset) return await write(context, 'a', range)
  const isThere = present.kind === 'other' || (present.kind === 'file' && present.size >= range.offset + range.size)
  return discard(isThere ? Status.EEXIST : Status.ENOENT, range.file)
}

async function openModify(context: HandlerContext, range: Range): Promise<BodyWork> {
  const present = await presentAt(range.file)
  if (present.kind !== 'file' || present.size < range.offset) return discard(Status.ENOENT, range.file)
  return await write(context, 'm', range)
}

async function write({ store }: HandlerContext, op: 'a' | 'm', range: Range): Promise<BodyWork> {
  checkMayChange(range.file)
  await unshare(store, range.file)
  return await InPlaceWrite.open(store, { ...range, op })
}

/** A C sender reads no answer before it has sent everything. */
function discard(status: number, file: ResolvedName): BodyWork {
  return {
    write: () => undefined,
    finish: () => Promise.reject(new StoreError(status, `${file.logicName} is not in the state that the change needs`)),
    abort: () => Promise.resolve(),
  }
}
