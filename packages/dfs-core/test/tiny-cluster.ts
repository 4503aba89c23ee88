import { Status } from '../src/errors.ts'
import { parseFileId } from '../src/file-id/file-id.ts'
import { decodeStreamHead } from '../src/protocol/command.ts'
import { storageCommands } from '../src/protocol/storage-commands.ts'
import { trackerCommands } from '../src/protocol/tracker-commands.ts'
import { type CommandHandler, type CommandReply, type CommandServer, createCommandServer } from '../src/server/index.ts'

// A tracker and storages that keep files in memory: just enough of both to have a client talk to real servers.

const BODY_MAX = 2 ** 40
const limits = { maxConnections: 100, networkTimeoutMs: 10_000 }

interface StoredFile {
  content: Buffer
  metadata: Buffer
}

export interface TinyStorage {
  readonly port: number
  readonly files: Map<string, StoredFile>
  /** Codes of the commands that came. */
  readonly commands: number[]
  /** Uploads that broke off. */
  aborts: number
  /** Answered instead, by command. */
  readonly failures: Map<number, number>
  readonly server: CommandServer
}

let serial = 100

export async function tinyStorage(): Promise<TinyStorage> {
  const storage = { files: new Map<string, StoredFile>(), commands: [] as number[], aborts: 0, failures: new Map() }
  const server = createCommandServer<null>({
    handlers: storageHandlers(storage),
    newState: () => null,
    limits,
    unknownCommand: 'close',
    closeOnEinval: true,
  })
  return Object.assign(storage, { server, port: await server.listen(0, '127.0.0.1') })
}

type Files = Pick<TinyStorage, 'files' | 'commands' | 'failures' | 'aborts'>

function storageHandlers(storage: Files): Map<number, CommandHandler<null>> {
  const { uploadFile, uploadAppenderFile, downloadFile, deleteFile, setMetadata, getMetadata, queryFileInfo } =
    storageCommands
  const buffered = (
    code: number,
    handle: (body: Buffer, reply: CommandReply) => void,
  ): [number, CommandHandler<null>] => [
    code,
    {
      kind: 'buffered',
      bodyMax: 256 * 1024,
      handle(request, reply) {
        storage.commands.push(code)
        const failure = storage.failures.get(code)
        if (failure === undefined) handle(request.head, reply)
        else reply.fail(failure)
      },
    },
  ]
  return new Map([
    [uploadFile.code, upload(storage, uploadFile)],
    [uploadAppenderFile.code, upload(storage, uploadAppenderFile)],
    buffered(downloadFile.code, (body, reply) => {
      const { name, offset, size } = downloadFile.request.decode(body)
      const content = storage.files.get(name)?.content
      if (content === undefined) reply.fail(Status.ENOENT)
      else if (offset >= content.length) reply.fail(Status.EINVAL)
      else reply.ok(content.subarray(offset, size === 0 ? content.length : offset + size))
    }),
    buffered(deleteFile.code, (body, reply) => {
      if (storage.files.delete(deleteFile.request.decode(body).name)) reply.ok()
      else reply.fail(Status.ENOENT)
    }),
    buffered(queryFileInfo.code, (body, reply) => {
      const { name } = queryFileInfo.request.decode(body)
      const size = storage.files.get(name)?.content.length
      if (size === undefined) return reply.fail(Status.ENOENT)
      const { crc32 } = parseFileId(`group1/${name}`)
      reply.ok(queryFileInfo.response.encode({ size, mtime: 1, crc32, sourceIp: '' }))
    }),
    buffered(setMetadata.code, (body, reply) => {
      const { name, metadata } = setMetadata.request.decode(body)
      const file = storage.files.get(name)
      if (file === undefined) return reply.fail(Status.ENOENT)
      file.metadata = Buffer.from(metadata)
      reply.ok()
    }),
    buffered(getMetadata.code, (body, reply) => {
      const metadata = storage.files.get(getMetadata.request.decode(body).name)?.metadata
      if (metadata === undefined || metadata.length === 0) reply.fail(Status.ENOENT)
      else reply.ok(metadata)
    }),
  ])
}

function upload(storage: Files, row: typeof storageCommands.uploadFile): CommandHandler<null> {
  return {
    kind: 'streamed',
    bodyMax: BODY_MAX,
    headBytesMin: row.request.sizeMax,
    begin(request, reply) {
      storage.commands.push(row.code)
      const { headSize, value } = decodeStreamHead(row, request.head, request.bodyLength)
      const parts: Buffer[] = []
      return {
        headConsumed: headSize,
        write: (chunk) => void parts.push(Buffer.from(chunk)),
        end() {
          serial += 1
          const name = `M00/00/00/wAACAmsBGhyAANQXAAAABjY6MCA${serial}.${value.extension}`
          storage.files.set(name, { content: Buffer.concat(parts), metadata: Buffer.alloc(0) })
          reply.ok(row.response.encode({ group: 'group1', name }))
        },
        abort() {
          storage.aborts += 1
        },
      }
    },
  }
}

export interface TinyTracker {
  readonly address: string
  /** Ports of the storages that take uploads and serve files, the first first. */
  ports: number[]
  /** Codes of the commands that came. */
  readonly commands: number[]
  /** Answered to everything, unless 0. */
  failure: number
  readonly server: CommandServer
}

export async function tinyTracker(ports: number[]): Promise<TinyTracker> {
  const tracker = { ports, commands: [] as number[], failure: 0 }
  const { queryStoreWithoutGroupOne, queryStoreWithGroupOne, queryStoreWithGroupAll } = trackerCommands
  const { queryFetchOne, queryUpdate, queryFetchAll, listAllGroups, parameters, fetchStorageIds } = trackerCommands
  const group = 'group1'
  const ip = '127.0.0.1'
  const servers = () => tracker.ports.map((port) => ({ ip, port }))
  const first = () => ({ group, ip, port: tracker.ports[0] ?? 1 })
  const answers = new Map<number, (body: Buffer) => Buffer>([
    [
      queryStoreWithoutGroupOne.code,
      () => queryStoreWithoutGroupOne.response.encode({ ...first(), storePathIndex: 0 }),
    ],
    [queryStoreWithGroupOne.code, () => queryStoreWithGroupOne.response.encode({ ...first(), storePathIndex: 0 })],
    [
      queryStoreWithGroupAll.code,
      () => queryStoreWithGroupAll.response.encode({ group, servers: servers(), storePathIndex: 0 }),
    ],
    [queryFetchOne.code, () => queryFetchOne.response.encode(first())],
    [queryUpdate.code, () => queryUpdate.response.encode(first())],
    [queryFetchAll.code, () => queryFetchAll.response.encode({ ...first(), others: servers().slice(1) })],
    [listAllGroups.code, () => listAllGroups.response.encode({ groups: [] })],
    [parameters.code, () => Buffer.from('use_storage_id=1\nstore_path = 0 \nreserved_storage_space=20.00%\n')],
    [fetchStorageIds.code, (body) => storageIdPage(fetchStorageIds.request.decode(body).start)],
  ])
  const server = createCommandServer<null>({
    handlers: new Map([...answers].map(([code, answer]) => [code, questionHandler(tracker, code, answer)])),
    newState: () => null,
    limits,
    unknownCommand: 'answer',
    closeOnEinval: false,
  })
  return Object.assign(tracker, { server, address: `127.0.0.1:${await server.listen(0, '127.0.0.1')}` })
}

function questionHandler(
  tracker: { commands: number[]; failure: number },
  code: number,
  answer: (body: Buffer) => Buffer,
): CommandHandler<null> {
  return {
    kind: 'buffered',
    bodyMax: 1000,
    handle(request, reply) {
      tracker.commands.push(code)
      if (tracker.failure !== Status.OK) reply.fail(tracker.failure)
      else reply.ok(answer(request.head))
    },
  }
}

const STORAGE_IDS = [0, 1, 2, 3, 4].map((n) => `10000${n} group1 192.0.2.${n}`)

/** Two lines at a time. */
function storageIdPage(start: number): Buffer {
  const lines = STORAGE_IDS.slice(start, start + 2)
  return trackerCommands.fetchStorageIds.response.encode({ total: STORAGE_IDS.length, lines })
}
