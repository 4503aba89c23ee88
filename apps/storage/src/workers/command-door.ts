import { type CommandHandler, type CommandServer, createCommandServer } from '@cairn/dfs-core/server'
import type { StoreIdentity } from '../disk/new-files.ts'
import type { CursorState } from '../engine/allocate.ts'
import type { ConnectionState, HandlerContext } from '../handlers/context.ts'
import { removeFile } from '../handlers/remove.ts'
import { closeSocket, hasSocket, LISTENING_DESCRIPTOR, makeRoomForSocket } from './listening-socket.ts'
import { RequestThreads } from './request-threads.ts'
import type { WorkSharing } from './work-sharing.ts'

/** Where clients of the FastDFS protocol come in: this thread, and the others where there are some. */
export interface CommandDoor {
  readonly port: number
  /** Open now, in all threads. */
  readonly connections: number
  /** The most at once since the start: short ones come and go between two beats. */
  readonly connectionsMax: number
  close(): Promise<void>
}

export interface CommandDoorOptions {
  readonly context: HandlerContext
  readonly handlers: ReadonlyMap<number, CommandHandler<ConnectionState>>
  readonly identity: StoreIdentity
  /** The address to listen at. */
  readonly host: string
  readonly usesTrunkFiles: boolean
  /** Null: this thread serves alone. */
  readonly sharing: WorkSharing | null
  /** Where this thread puts new files. */
  readonly cursor: CursorState
  answered(command: number, status: number, times?: number): void
}

/** How long requests that are being answered may take when the storage stops. */
const CLOSE_GRACE_MS = 1000

export async function openCommandDoor(options: CommandDoorOptions): Promise<CommandDoor> {
  const { sharing, context, host } = options
  let most = 0
  const server = createServer(options, (count) => {
    most = Math.max(most, count)
    sharing?.shared.setConnections(0, count)
  })
  if (sharing !== null) makeRoomForSocket()
  let threads: RequestThreads | null = null
  const close = async () => {
    await Promise.all([threads?.close(CLOSE_GRACE_MS), server.close(CLOSE_GRACE_MS)])
    if (sharing !== null && hasSocket()) closeSocket()
  }
  try {
    const listening = await server.listen(context.config.port, host)
    if (sharing !== null) threads = await startThreads(options, sharing, server)
    return {
      port: listening,
      get connections() {
        return server.connections + (sharing?.shared.connectionsExcept(0) ?? 0)
      },
      get connectionsMax() {
        return sharing?.shared.connectionsMax ?? most
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function createServer(
  { context, handlers, sharing, answered }: CommandDoorOptions,
  connectionsChanged: (count: number) => void,
): CommandServer {
  const { maxConnections, networkTimeoutMs, allowHosts } = context.config
  return createCommandServer<ConnectionState>({
    handlers,
    newState: () => ({ peerId: null }),
    connectionsChanged,
    ...(sharing !== null && {
      sharedSocket: { descriptor: LISTENING_DESCRIPTOR, isAhead: () => hasSocket() && sharing.shared.isAhead(0) },
    }),
    limits: {
      maxConnections,
      networkTimeoutMs,
      connectionsElsewhere: () => sharing?.shared.connectionsExcept(0) ?? 0,
    },
    ...(allowHosts !== null && { allowHosts }),
    unknownCommand: 'close',
    closeOnEinval: true,
    answered,
    logger: context.logger,
  })
}

/** Without its threads a storage serves all the same, only slower. */
async function startThreads(
  { context, identity, usesTrunkFiles, cursor, answered }: CommandDoorOptions,
  sharing: WorkSharing,
  server: CommandServer,
): Promise<RequestThreads | null> {
  const { config, store, counters, logger, tombstones } = context
  const shared = { config, store, counters, logger }
  try {
    if (!hasSocket()) throw new Error('another file got the number of the listening socket')
    const remove = (logicName: string, answer: (status: number) => void) =>
      removeFile(context, store.resolve(logicName), answer)
    return await RequestThreads.start({
      ...shared,
      identity,
      usesTrunkFiles,
      server,
      sharing,
      cursor,
      answered,
      buried: () => tombstones.catchUp(),
      saveBuried: () => {
        try {
          tombstones.save()
        } catch (error) {
          logger.error({ err: error }, 'the names of deleted files could not be saved')
        }
      },
      remove,
    })
  } catch (error) {
    logger.warn({ err: error }, 'one thread serves alone')
    return null
  }
}
