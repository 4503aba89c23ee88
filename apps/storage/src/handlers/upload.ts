import { decodeStreamHead, GROUP_NAME_SIZE, ProtocolError, Status, slaveName, storageCommands } from '@cairn/dfs-core'
import type { BodySink, CommandHandler, CommandReply, CommandRequest, StreamedHandler } from '@cairn/dfs-core/server'
import { goOnWith, thenByPace, writeNewByPace } from '../disk/by-pace.ts'
import type { FileStore, ResolvedName } from '../disk/file-store.ts'
import type { NewName } from '../disk/new-name.ts'
import { StoreError } from '../disk/store-error.ts'
import type { StorePath } from '../disk/store-path.ts'
import { countBytes, countOperation } from '../engine/counters.ts'
import { isNamePart } from '../engine/logic-name.ts'
import { factsByPace } from '../trunk/stored-by-pace.ts'
import { BodyGatherer, type BodyTarget, holdBody } from './body-gatherer.ts'
import type { ConnectionState, FileContext, HandlerContext } from './context.ts'
import { failRequest } from './failure.ts'
import { type Placed, type Published, placedLater, publishedBy } from './placed.ts'
import { type SmallUpload, slotTarget } from './small-upload.ts'

/** UPLOAD_FILE, UPLOAD_APPENDER_FILE, UPLOAD_SLAVE_FILE: head → store path → body → name → C record → answer. */
export function uploadHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const { uploadFile, uploadAppenderFile, uploadSlaveFile } = storageCommands
  const slotOrOwn: ChooseTarget = (size, upload) =>
    context.trunk.takes(size) ? slotTarget(context, upload) : upload.plain
  return [
    [uploadFile.code, newFileHandler(context, 'normal', slotOrOwn)],
    [uploadAppenderFile.code, newFileHandler(context, 'appender', inFileOfItsOwn)],
    [uploadSlaveFile.code, slaveHandler(context)],
  ]
}

interface Upload {
  readonly storePath: StorePath
  readonly headSize: number
  readonly size: number
  readonly target: BodyTarget<Placed>
  /** Looks whether it may be stored, before its bytes are taken. */
  readonly check?: () => void | Promise<void>
}

/** Where the body of a new normal file goes. */
type ChooseTarget = (size: number, upload: SmallUpload) => BodyTarget<Placed>

export const inFileOfItsOwn: ChooseTarget = (_size, { plain }) => plain

export function newFileHandler<S>(
  context: FileContext,
  kind: 'normal' | 'appender',
  choose: ChooseTarget,
): StreamedHandler<S> {
  const { store, config } = context
  const durability = config.uploadDurability
  const placed = (name: NewName): Placed => ({
    publish: (done) => store.publish(name, { durability }, (error) => done(error, name.logicName)),
    forget: () => store.forget(name),
  })
  const row = kind === 'normal' ? storageCommands.uploadFile : storageCommands.uploadAppenderFile
  return streamed(context, row.request.sizeMax, (request) => {
    const { value, headSize, contentSize: size } = decodeStreamHead(row, request.head, request.bodyLength)
    const ext = value.extension
    if (!isNamePart(ext)) throw new ProtocolError(`not an extension: ${JSON.stringify(ext)}`)
    const index = value.storePathIndex
    const storePath = index === STORE_PATH_ANY ? store.chooseStorePath(size) : store.storePathFor(index, size)
    const { lane } = storePath
    const plain: BodyTarget<Placed> = {
      atOnce: true,
      lane,
      temporaryPath: () => store.temporaryPath(storePath),
      fromMemory(body) {
        if (!lane.isSlow) return placed(store.createWhole(body, { storePath, ext, kind }))
        const bytes = Buffer.from(body)
        return placedLater(() => store.createWholeLater(bytes, { storePath, ext, kind }).then(placed))
      },
      fromFile(file) {
        const { path, size: stored, crc32 } = file
        const facts = { storePath, ext, kind, size: stored, crc32 }
        if (!lane.isSlow) return placed(store.linkNew(path, facts))
        file.handOver()
        return placedLater(() => store.linkNewLater(path, facts).then(placed))
      },
    }
    return { storePath, headSize, size, target: choose(size, { storePath, ext, plain }) }
  })
}

const STORE_PATH_ANY = 0xff

function slaveHandler(context: HandlerContext): StreamedHandler<ConnectionState> {
  const { store } = context
  const row = storageCommands.uploadSlaveFile
  return streamed(context, row.request.sizeMax, (request) => {
    const { value, headSize, contentSize: size } = decodeStreamHead(row, request.head, request.bodyLength)
    const slave = slaveOf(store, value, size)
    const { storePath } = slave.master
    return { storePath, headSize, size, target: slaveTarget(context, slave), check: () => checkSlave(slave) }
  })
}

interface SlaveParts {
  readonly masterName: string
  readonly prefix: string
  readonly extension: string
}

interface Slave {
  readonly master: ResolvedName
  /** On the same store path. Throws when its master can have no such slave. */
  at(): ResolvedName
}

/** Where a slave file of `size` bytes goes: its master is here, and it is not. */
export async function newSlave(store: FileStore, parts: SlaveParts, size: number): Promise<ResolvedName> {
  const slave = slaveOf(store, parts, size)
  await checkSlave(slave)
  return slave.at()
}

function slaveOf(store: FileStore, { masterName, prefix, extension }: SlaveParts, size: number): Slave {
  // FastDFS's order: a bad prefix counts before a missing master, a master that no slave can have after it.
  if (prefix === '') throw new ProtocolError('a slave file needs a prefix')
  for (const part of [prefix, extension]) {
    if (!isNamePart(part)) throw new ProtocolError(`not a part of a name: ${JSON.stringify(part)}`)
  }
  const master = store.resolve(masterName)
  store.storePathFor(master.storePath.index, size)
  return { master, at: () => store.resolve(slaveName(master.logicName, prefix, extension)) }
}

function checkSlave({ master, at }: Slave): void | Promise<void> {
  return thenByPace(factsByPace(master), (facts) => {
    if (facts === null) throw new StoreError(Status.ENOENT, `${master.logicName} is not here`)
    const slave = at()
    return thenByPace(factsByPace(slave), (there) => {
      if (there !== null) throw new StoreError(Status.EEXIST, `${slave.logicName} is there already`)
    })
  })
}

function slaveTarget({ store, config }: HandlerContext, { master: { storePath }, at }: Slave): BodyTarget<Placed> {
  const { lane } = storePath
  const place = async (temporaryPath: string): Promise<string> => {
    const slave = at()
    await store.publishAt(slave, temporaryPath, config.uploadDurability)
    return slave.logicName
  }
  return {
    atOnce: false,
    lane,
    temporaryPath: () => store.temporaryPath(storePath),
    fromMemory(body) {
      const bytes = Buffer.from(body)
      return publishedBy(async () => {
        const temporary = store.temporaryPath(storePath)
        await writeNewByPace(lane, temporary, bytes)
        return await place(temporary)
      })
    },
    fromFile(file) {
      file.handOver()
      return publishedBy(() => place(file.path))
    },
  }
}

function streamed<S>(
  context: FileContext,
  headBytesMin: number,
  open: (request: CommandRequest<S>) => Upload,
): StreamedHandler<S> {
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
  readonly #context: FileContext
  readonly #reply: CommandReply
  readonly #size: number
  readonly #storePath: StorePath
  readonly #gatherer: BodyGatherer<Placed>

  constructor(context: FileContext, reply: CommandReply, upload: Upload) {
    this.headConsumed = upload.headSize
    this.#context = context
    this.#reply = reply
    this.#size = upload.size
    this.#storePath = upload.storePath
    this.#gatherer = new BodyGatherer(upload.size, upload.target)
    this.#hold(upload.check?.())
  }

  write(chunk: Buffer): void {
    try {
      this.#hold(this.#gatherer.write(chunk))
    } catch (error) {
      this.#fail(error)
    }
  }

  #hold(step: void | Promise<void>): void {
    holdBody(this.#reply, step, (error) => this.#fail(error))
  }

  end(): void {
    const { store, counters } = this.#context
    const published: Published = (error, logicName) => {
      if (error !== undefined) return this.#fail(error)
      countOperation(counters, 'Upload', true)
      countBytes(counters, 'Upload', this.#size, this.#size)
      counters.lastSourceUpdate = Math.floor(Date.now() / 1000)
      return this.#reply.ok(newNameBody(store.group, logicName))
    }
    try {
      goOnWith(
        this.#gatherer.finish(),
        (placed) => placed.publish(published),
        (error) => this.#fail(error),
      )
    } catch (error) {
      this.#fail(error)
    }
  }

  abort(): void {
    this.#gatherer.early?.forget()
    this.#gatherer.discard()
    countOperation(this.#context.counters, 'Upload', false)
  }

  #fail(error: unknown): void {
    this.#storePath.health.notice(error)
    this.#gatherer.discard()
    countOperation(this.#context.counters, 'Upload', false)
    countBytes(this.#context.counters, 'Upload', this.#size, 0)
    failRequest(this.#context, storageCommands.uploadFile.code, this.#reply, error)
  }
}

/** group 16, logic name: the answer to every command that makes a name. */
export function newNameBody(group: string, logicName: string): Buffer {
  const body = Buffer.alloc(GROUP_NAME_SIZE + logicName.length)
  body.write(group, 0, 'latin1')
  body.write(logicName, GROUP_NAME_SIZE, 'latin1')
  return body
}
