import { decodeStreamHead, Status, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler, StreamedHandler } from '@cairn/dfs-core/server'
import { appenderSize } from '../disk/appender.ts'
import { truncateByPace } from '../disk/by-pace.ts'
import { announceChange } from '../disk/change-intent.ts'
import { whileLocked } from '../disk/file-locks.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { InPlaceWrite } from '../disk/in-place-write.ts'
import { StoreError } from '../disk/store-error.ts'
import { type CountedOperation, countBytes } from '../engine/counters.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { type BodyWork, lockedBody } from './locked-body.ts'
import { buffered, finisher, type Request } from './requests.ts'

/** APPEND_FILE, MODIFY_FILE, TRUNCATE_FILE: only appender files change, one writer at a time. */
export function modifyHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { appendFile, modifyFile, truncateFile } = storageCommands
  return [
    [appendFile.code, rangeHandler(context, 'Append', appendHead)],
    [modifyFile.code, rangeHandler(context, 'Modify', modifyHead)],
    [
      truncateFile.code,
      buffered(context, truncateFile, 'Truncate', ({ name, newSize }, finish) => {
        if (newSize < 0) throw new StoreError(Status.EINVAL, `size ${newSize}`)
        const file = context.store.resolve(name)
        const truncated = whileLocked(context.locks, file.logicName, () => truncate(context, file, newSize))
        truncated.then(() => finish(), finish)
      }),
    ],
  ]
}

interface RangeHead {
  readonly name: string
  /** Absent: at the end. */
  readonly offset?: number
  readonly size: number
  readonly headSize: number
}

function appendHead(request: Request): RangeHead {
  const { value, headSize, contentSize } = decodeStreamHead(
    storageCommands.appendFile,
    request.head,
    request.bodyLength,
  )
  return { name: value.name, size: contentSize, headSize }
}

function modifyHead(request: Request): RangeHead {
  const { value, headSize, contentSize } = decodeStreamHead(
    storageCommands.modifyFile,
    request.head,
    request.bodyLength,
  )
  if (value.offset < 0) throw new StoreError(Status.EINVAL, `offset ${value.offset}`)
  return { name: value.name, offset: value.offset, size: contentSize, headSize }
}

function rangeHandler(
  context: HandlerContext,
  operation: CountedOperation & ('Append' | 'Modify'),
  readHead: (request: Request) => RangeHead,
): StreamedHandler<ConnectionState> {
  const { store, locks, counters } = context
  return {
    kind: 'streamed',
    bodyMax: Number.MAX_SAFE_INTEGER,
    headBytesMin: storageCommands.modifyFile.request.sizeMax,
    begin(request, reply) {
      const answer = finisher(context, request.command, operation, reply)
      try {
        const { name, offset, size, headSize } = readHead(request)
        const file = store.resolve(name)
        return lockedBody({
          locks,
          logicName: file.logicName,
          reply,
          headSize,
          open: () => openRange(context, file, { offset, size }),
          finish(error) {
            countBytes(counters, operation, size, error === undefined ? size : 0)
            answer(error)
          },
        })
      } catch (error) {
        answer(error)
        return null
      }
    },
  }
}

async function openRange(
  { store, config }: HandlerContext,
  file: ResolvedName,
  { offset, size }: { offset: number | undefined; size: number },
): Promise<BodyWork> {
  const present = await appenderSize(file)
  if (offset !== undefined && offset > present) {
    throw new StoreError(Status.EINVAL, `offset ${offset} of ${file.logicName}, which has ${present} bytes`)
  }
  if (size === 0) return NOTHING_TO_DO
  const op = offset === undefined ? 'A' : 'M'
  const written = await InPlaceWrite.open(store, { file, op, offset: offset ?? present, size })
  return {
    write: (chunk) => written.write(chunk),
    async finish() {
      await written.finish()
      await store.settle(config.uploadDurability, { lane: file.storePath.lane, file: file.path })
    },
    abort: () => written.abort(),
  }
}

const NOTHING_TO_DO: BodyWork = {
  write: () => undefined,
  finish: () => Promise.resolve(),
  abort: () => Promise.resolve(),
}

async function truncate({ store, config }: HandlerContext, file: ResolvedName, newSize: number): Promise<void> {
  const { lane } = file.storePath
  const oldSize = await appenderSize(file)
  if (oldSize === newSize) return
  const takeBack = await announceChange(store, { op: 'T', file, size: oldSize })
  try {
    await truncateByPace(lane, file.path, newSize)
    await store.logThen({ op: 'T', name: file.logicName, extra: `${oldSize} ${newSize}` }, () => undefined)
  } finally {
    await takeBack()
  }
  await store.settle(config.uploadDurability, { lane, file: file.path })
}
