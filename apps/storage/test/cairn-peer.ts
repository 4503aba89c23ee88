import { CairnCommand, decodeStreamHead, Status, storageCommands } from '@cairn/dfs-core'
import { type CommandHandler, type CommandServer, createCommandServer } from '@cairn/dfs-core/server'

export const ALONE = storageCommands.syncCreateFile.code
export const LOT = CairnCommand.SYNC_CREATE_FILES

const TOLD = { version: '0.1.0', httpPort: -1, kids: [], storageId: '100002', group: 'group1' }
const BODY_MAX = 2 * 1024 * 1024

/** What came in one request: the names of its files. */
interface Came {
  readonly command: number
  readonly names: readonly string[]
}

interface Connection {
  isTeller: boolean
}

/** A Cairn member, or one of an older version, that answers what a test says, when a test says so. */
export class CairnPeer {
  readonly came: Came[] = []
  /** Times that it was told on the connection of a sender that has said who it is. */
  readonly told: number[] = []
  commands: number[] | undefined = [LOT]
  /** Status for one file. */
  status: (name: string, command: number) => number = () => 0
  /** Answers to lots wait for it. */
  ready: Promise<void> = Promise.resolve()
  /** Closes instead of answering the next lot. */
  breaksOff = false
  /** Of files that it has already. */
  sizeOf: (name: string) => number | null = () => null
  port = 0
  #server: CommandServer | null = null

  async start(): Promise<void> {
    this.#server = createCommandServer<Connection>({
      handlers: new Map([...this.#handlers()]),
      newState: () => ({ isTeller: false }),
      limits: { maxConnections: 100, networkTimeoutMs: 60_000 },
      unknownCommand: 'close',
      closeOnEinval: true,
    })
    this.port = await this.#server.listen(0, '127.0.0.1')
  }

  stop(): Promise<void> {
    return this.#server?.close(0) ?? Promise.resolve()
  }

  names(command: number): string[] {
    return this.came.filter((each) => each.command === command).flatMap(({ names }) => names)
  }

  *#handlers(): Generator<[number, CommandHandler<Connection>]> {
    const { reportServerId, status, watermark, syncDeleteFile, queryFileInfo } = storageCommands
    yield [reportServerId.code, answering((_head, connection) => this.#identified(connection))]
    yield [status.code, answering(() => Buffer.from(JSON.stringify({ ...TOLD, commands: this.commands })))]
    yield [watermark.code, answering((head) => this.#tell(watermark.request.decode(head).timestamp))]
    yield [
      syncDeleteFile.code,
      answering((head) => this.#take(syncDeleteFile.code, syncDeleteFile.request.decode(head).name)),
    ]
    yield [
      queryFileInfo.code,
      answering((head) => {
        const size = this.sizeOf(queryFileInfo.request.decode(head).name)
        if (size === null) return Status.ENOENT
        return queryFileInfo.response.encode({ size, mtime: 0, crc32: 0, sourceIp: '' })
      }),
    ]
    yield [ALONE, this.#alone()]
    yield [LOT, this.#lot()]
  }

  #identified(connection: Connection): number {
    connection.isTeller = true
    return Status.OK
  }

  #tell(timestamp: number): number {
    this.told.push(timestamp)
    return Status.OK
  }

  #take(command: number, name: string): number {
    this.came.push({ command, names: [name] })
    return this.status(name, command)
  }

  #alone(): CommandHandler<Connection> {
    const row = storageCommands.syncCreateFile
    return {
      kind: 'streamed',
      bodyMax: BODY_MAX,
      headBytesMin: row.request.sizeMax,
      begin: (request, reply) => {
        const { value, headSize } = decodeStreamHead(row, request.head, request.bodyLength, request.status)
        const end = () => {
          const status = this.#take(ALONE, value.name)
          if (request.state.isTeller && status === Status.OK) this.#tell(value.timestamp)
          if (status === Status.OK) reply.ok()
          else reply.fail(status)
        }
        return { headConsumed: headSize, write: () => undefined, end, abort: () => undefined }
      },
    }
  }

  #lot(): CommandHandler<Connection> {
    const row = storageCommands.syncCreateFiles
    return {
      kind: 'buffered',
      bodyMax: BODY_MAX,
      handle: (request, reply) => {
        const names = row.request.decode(request.head).files.map(({ name }) => name)
        this.came.push({ command: LOT, names })
        if (this.breaksOff) {
          this.breaksOff = false
          reply.hangUp()
          return
        }
        const statuses = Buffer.from(names.map((name) => this.status(name, LOT)))
        void this.ready.then(() => reply.ok(row.response.encode({ statuses })))
      },
    }
  }
}

/** Answers with a body, or with a status. */
function answering(handle: (head: Buffer, connection: Connection) => Buffer | number): CommandHandler<Connection> {
  return {
    kind: 'buffered',
    bodyMax: BODY_MAX,
    handle: (request, reply) => {
      const answer = handle(request.head, request.state)
      if (Buffer.isBuffer(answer)) reply.ok(answer)
      else if (answer === Status.OK) reply.ok()
      else reply.fail(answer)
    },
  }
}
