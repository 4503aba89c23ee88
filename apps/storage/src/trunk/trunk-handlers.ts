import { Status, storageCommands, type TrunkSlot } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { StoreError } from '../disk/store-error.ts'
import type { ConnectionState, HandlerContext } from '../handlers/context.ts'
import { buffered, checkGroup, type Finish } from '../handlers/requests.ts'
import { parseTrunkLine } from './trunk-line.ts'

/** 27 to 33: what members ask of the trunk server, what it sends them, what trackers ask before they name one. */
export function trunkHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  return [...slotHandlers(context), ...logHandlers(context)]
}

function slotHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { trunk } = context
  const { trunkAllocSpace, trunkAllocConfirm, trunkFreeSpace } = storageCommands
  return [
    [
      trunkAllocSpace.code,
      buffered(context, trunkAllocSpace, null, ({ group, size, storePathIndex }, finish) => {
        checkGroup(context, group)
        answer(trunk.ownSlots().allocate(storePathIndex, size), finish, (slot: TrunkSlot) =>
          trunkAllocSpace.response.encode(slot),
        )
      }),
    ],
    [
      trunkAllocConfirm.code,
      buffered(context, trunkAllocConfirm, null, ({ group, ...slot }, finish, request) => {
        checkGroup(context, group)
        answer(trunk.ownSlots().confirm(slot, request.status), finish)
      }),
    ],
    [
      trunkFreeSpace.code,
      buffered(context, trunkFreeSpace, null, ({ group, ...slot }, finish) => {
        checkGroup(context, group)
        answer(trunk.ownSlots().free(slot), finish)
      }),
    ],
  ]
}

function logHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { trunk } = context
  const { trunkSyncBinlog, trunkGetBinlogSize, trunkDeleteBinlogMarks, trunkTruncateBinlogFile } = storageCommands
  return [
    [
      trunkSyncBinlog.code,
      buffered(context, trunkSyncBinlog, null, ({ binlog }, finish) => {
        checkLines(binlog)
        trunk.copy.append(binlog)
        finish()
      }),
    ],
    [
      trunkGetBinlogSize.code,
      buffered(context, trunkGetBinlogSize, null, (_, finish) => {
        finish(undefined, trunkGetBinlogSize.response.encode({ size: trunk.logSize }))
      }),
    ],
    [
      trunkDeleteBinlogMarks.code,
      buffered(context, trunkDeleteBinlogMarks, null, (_, finish) => {
        trunk.removeMarks()
        finish()
      }),
    ],
    [
      trunkTruncateBinlogFile.code,
      buffered(context, trunkTruncateBinlogFile, null, (_, finish) => {
        trunk.startCopyOver()
        finish()
      }),
    ],
  ]
}

/** A copy that holds anything else could not be read on the day it is needed. */
function checkLines(binlog: Buffer): void {
  const lines = binlog.toString('latin1').split('\n')
  if (lines.pop() !== '' || lines.length === 0)
    throw new StoreError(Status.EINVAL, 'the lines of a trunk binlog break off')
  for (const line of lines) parseTrunkLine(line)
}

function answer<T>(work: Promise<T>, finish: Finish, encode?: (value: T) => Buffer): void {
  work.then(
    (value) => finish(undefined, encode?.(value)),
    (error: unknown) => finish(error),
  )
}
