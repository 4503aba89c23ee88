import { truncateSync } from 'node:fs'
import { decodeStreamHead, Status, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler, StreamedHandler } from '@cairn/dfs-core/server'
import { appenderSize } from '../disk/appender.ts'
import { announceChange } from '../disk/change-intent.ts'
import type { ResolvedName } from '../disk/file-store.ts'
import { InPlaceWrite } from '../disk/in-place-write.ts'
import { ifWell } from '../disk/log-done.ts'
import { settleChange } from '../disk/settle-change.ts'
import { StoreError } from '../disk/store-error.ts'
import { type CountedOperation, countBytes } from '../engine/counters.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { type BodyWork, lockedBody } from './locked-body.ts'
import { buffered, type Finish, finisher, locked, type Request } from './requests.ts'

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
        locked(context, file, finish, (done) => truncate(context, { file, newSize }, done))
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

function openRange(
  { store, config }: HandlerContext,
  file: ResolvedName,
  { offset, size }: { offset: number | undefined; size: number },
): BodyWork {
  const present = appenderSize(file)
  if (offset !== undefined && offset > present) {
    throw new StoreError(Status.EINVAL, `offset ${offset} of ${file.logicName}, which has ${present} bytes`)
  }
  if (size === 0) return NOTHING_TO_DO
  const op = offset === undefined ? 'A' : 'M'
  const written = new InPlaceWrite(store, { file, op, offset: offset ?? present, size })
  return {
    write: (chunk) => written.write(chunk),
    finish(done) {
      written.finish(
        ifWell(done, () =>
          settleChange(store, config.uploadDurability, { lane: file.storePath.lane, file: file.path }, done),
        ),
      )
    },
    abort: (done) => written.abort(done),
  }
}

const NOTHING_TO_DO: BodyWork = {
  write: () => undefined,
  finish: (done) => done(),
  abort: (done) => done(),
}

function truncate(
  { store, config }: HandlerContext,
  { file, newSize }: { file: ResolvedName; newSize: number },
  finish: Finish,
): void {
  const oldSize = appenderSize(file)
  if (oldSize === newSize) {
    finish()
    return
  }
  const takeBack = announceChange(store, { op: 'T', file, size: oldSize })
  truncateSync(file.path, newSize)
  const logged = (error?: Error) => {
    takeBack()
    if (error === undefined)
      settleChange(store, config.uploadDurability, { lane: file.storePath.lane, file: file.path }, finish)
    else finish(error)
  }
  store.log.append('T', file.logicName, logged, { extra: `${oldSize} ${newSize}` })
}
