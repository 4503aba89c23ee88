import { decodeStreamHead, ProtocolError, Status, slaveName, storageCommands } from '@cairn/dfs-core'
import type { BodySink, CommandHandler, CommandReply, CommandRequest, StreamedHandler } from '@cairn/dfs-core/server'
import type { ResolvedName } from '../disk/file-store.ts'
import type { NewName } from '../disk/new-name.ts'
import { StoreError } from '../disk/store-error.ts'
import { countBytes, countOperation } from '../engine/counters.ts'
import { isNamePart } from '../engine/logic-name.ts'
import { BodyGatherer, type BodyTarget } from './body-gatherer.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { failRequest } from './failure.ts'

/** UPLOAD_FILE, UPLOAD_APPENDER_FILE, UPLOAD_SLAVE_FILE: head → store path → body → name → C record → answer. */
export function uploadHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { uploadFile, uploadAppenderFile, uploadSlaveFile } = storageCommands
  return [
    [uploadFile.code, newFileHandler(context, 'normal')],
    [uploadAppenderFile.code, newFileHandler(context, 'appender')],
    [uploadSlaveFile.code, slaveHandler(context)],
  ]
}

interface Upload {
  readonly headSize: number
  readonly size: number
  readonly target: BodyTarget<NewName>
}

function newFileHandler(context: HandlerContext, kind: 'normal' | 'appender'): StreamedHandler<ConnectionState> {
  const { store } = context
  const row = kind === 'normal' ? storageCommands.uploadFile : storageCommands.uploadAppenderFile
  return streamed(context, row.request.sizeMax, (request) => {
    const { value, headSize, contentSize: size } = decodeStreamHead(row, request.head, request.bodyLength)
    const ext = value.extension
    if (!isNamePart(ext)) throw new ProtocolError(`not an extension: ${JSON.stringify(ext)}`)
    const index = value.storePathIndex
    const storePath = index === STORE_PATH_ANY ? store.chooseStorePath(size) : store.storePathFor(index, size)
    return {
      headSize,
      size,
      target: {
        atOnce: true,
        temporaryPath: () => store.temporaryPath(storePath),
        fromMemory: (body) => store.createWhole(body, { storePath, ext, kind }),
        fromFile: (file) => store.linkNew(file.path, { storePath, ext, kind, size: file.size, crc32: file.crc32 }),
      },
    }
  })
}

const STORE_PATH_ANY = 0xff

function slaveHandler(context: HandlerContext): StreamedHandler<ConnectionState> {
  const { store } = context
  const row = storageCommands.uploadSlaveFile
  return streamed(context, row.request.sizeMax, (request) => {
    const { value, headSize, contentSize: size } = decodeStreamHead(row, request.head, request.bodyLength)
    // FastDFS's order: a bad prefix counts before a missing master, a master that no slave can have after it.
    if (value.prefix === '') throw new ProtocolError('a slave file needs a prefix')
    for (const part of [value.prefix, value.extension]) {
      if (!isNamePart(part)) throw new ProtocolError(`not a part of a name: ${JSON.stringify(part)}`)
    }
    const master = store.resolve(value.masterName)
    store.storePathFor(master.storePath.index, size)
    if (!store.exists(master)) throw new StoreError(Status.ENOENT, `${master.logicName} is not here`)
    const slave = store.resolve(slaveName(master.logicName, value.prefix, value.extension))
    if (store.exists(slave)) throw new StoreError(Status.EEXIST, `${slave.logicName} is there already`)
    return { headSize, size, target: slaveTarget(context, slave) }
  })
}

function slaveTarget({ store }: HandlerContext, slave: ResolvedName): BodyTarget<NewName> {
  return {
    atOnce: true,
    temporaryPath: () => store.temporaryPath(slave.storePath),
    fromMemory: (body) => store.createAt(slave, body),
    fromFile: (file) => store.linkAt(slave, file.path),
  }
}

function streamed(
  context: HandlerContext,
  headBytesMin: number,
  open: (request: CommandRequest<ConnectionState>) => Upload,
): StreamedHandler<ConnectionState> {
  const { uploadSizeMax } = context.config
  return {
    kind: 'streamed',
    bodyMax: Number.MAX_SAFE_INTEGER,
    headBytesMin,
    begin(request, reply) {
      try {
        const upload = open(request)
        if (uploadSizeMax > 0 && upload.size > uploadSizeMax) {
          throw new StoreError(Status.EFBIG, `${upload.size} bytes are more than upload_size_max`)
        }
        return new UploadSink(context, reply, upload)
      } catch (error) {
        countOperation(context.counters, 'Upload', false)
        failRequest(context, request.command, reply, error)
        return null
      }
    },
  }
}

class UploadSink implements BodySink {
  readonly headConsumed: number
  readonly #context: HandlerContext
  readonly #reply: CommandReply
  readonly #size: number
  readonly #gatherer: BodyGatherer<NewName>

  constructor(context: HandlerContext, reply: CommandReply, upload: Upload) {
    this.headConsumed = upload.headSize
    this.#context = context
    this.#reply = reply
    this.#size = upload.size
    this.#gatherer = new BodyGatherer(upload.size, upload.target)
  }

  write(chunk: Buffer): void {
    try {
      this.#gatherer.write(chunk)
    } catch (error) {
      this.#fail(error)
    }
  }

  end(): void {
    const { store, config, counters } = this.#context
    try {
      const name = this.#gatherer.finish()
      store.publish(name, { durability: config.uploadDurability }, (error) => {
        if (error !== undefined) return this.#fail(error)
        countOperation(counters, 'Upload', true)
        countBytes(counters, 'Upload', this.#size, this.#size)
        counters.lastSourceUpdate = name.timestamp
        return this.#reply.ok(newNameBody(store.group, name.logicName))
      })
    } catch (error) {
      this.#fail(error)
    }
  }

  abort(): void {
    const early = this.#gatherer.early
    this.#gatherer.discard()
    if (early !== null) this.#context.store.forget(early)
    countOperation(this.#context.counters, 'Upload', false)
  }

  #fail(error: unknown): void {
    this.#gatherer.discard()
    countOperation(this.#context.counters, 'Upload', false)
    countBytes(this.#context.counters, 'Upload', this.#size, 0)
    failRequest(this.#context, storageCommands.uploadFile.code, this.#reply, error)
  }
}

/** group 16, logic name: the answer to every command that makes a name. */
export function newNameBody(group: string, logicName: string): Buffer {
  return storageCommands.uploadFile.response.encode({ group, name: logicName })
}
