import { decodeStreamHead, Status, storageCommands } from '@cairn/dfs-core'
import type { BodySink, CommandHandler, StreamedHandler } from '@cairn/dfs-core/server'
import type { ResolvedName } from '../disk/file-store.ts'
import { ContentMismatchError, placeFromFile, placeFromMemory, presentAt } from '../disk/replica.ts'
import { StoreError } from '../disk/store-error.ts'
import { isFrom } from '../engine/file-facts.ts'
import { slotOfName } from '../trunk/slot-name.ts'
import { occupantOf } from '../trunk/slot-replica.ts'
import { BodyGatherer } from './body-gatherer.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { checkGroup, locked, type Request } from './requests.ts'
import { type Incoming, syncAnswer } from './sync-answer.ts'

/** SYNC_CREATE_FILE, SYNC_UPDATE_FILE. */
export function syncFileHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  return [
    [storageCommands.syncCreateFile.code, wholeFileHandler(context, 'c')],
    [storageCommands.syncUpdateFile.code, wholeFileHandler(context, 'u')],
  ]
}

/**
 * A whole file from a peer. CREATE of a file that is here in the same size only
 * logs it and answers EEXIST; UPDATE always overwrites.
 */
function wholeFileHandler(context: HandlerContext, op: 'c' | 'u'): StreamedHandler<ConnectionState> {
  const row = op === 'c' ? storageCommands.syncCreateFile : storageCommands.syncUpdateFile
  return {
    kind: 'streamed',
    bodyMax: Number.MAX_SAFE_INTEGER,
    headBytesMin: row.request.sizeMax,
    begin(request, reply) {
      const answer = syncAnswer(context, request, reply)
      try {
        const { value, headSize, contentSize } = decodeStreamHead(row, request.head, request.bodyLength, request.status)
        checkGroup(context, value.group)
        const file = context.store.resolve(value.name)
        const incoming: Incoming = { file, timestamp: value.timestamp, bytes: contentSize, answer }
        return new WholeFileSink(context, {
          op,
          incoming,
          headSize,
          outcome: look(context, op, value, { file, request }),
        })
      } catch (error) {
        answer(error)
        return null
      }
    },
  }
}

type Outcome = 'place' | 'same' | 'own' | 'buried' | 'overtaken' | 'occupied' | 'absent'

/** Status 17 (EEXIST) announces a file that the sender believes to be here, without its content. */
function look(
  context: HandlerContext,
  op: 'c' | 'u',
  { fileSize: size, timestamp }: { readonly fileSize: number; readonly timestamp: number },
  { file, request }: { file: ResolvedName; request: Request },
): Outcome {
  if (context.tombstones.refuses(file.logicName, timestamp)) return 'buried'
  const occupant = occupantOf(file)
  // Deleted elsewhere, and the slot used again, before this file came here.
  if (occupant === 'newer') return 'overtaken'
  // Its deletion is still on the way; if it was never deleted, it must not be lost.
  if (occupant === 'older') return 'occupied'
  const present = presentAt(file)
  const isSame = present.kind === 'file' && present.size === size
  // A member that sends the group's history also sends back what came from here. It may be older than what is here now.
  if (op === 'c' && present.kind === 'file' && isFrom(file.logicName, context.store.source)) return 'own'
  if (request.status !== Status.OK) return isSame ? 'same' : 'absent'
  return op === 'c' && isSame ? 'same' : 'place'
}

const REFUSED = {
  own: Status.EEXIST,
  buried: Status.EEXIST,
  overtaken: Status.EEXIST,
  occupied: Status.EBUSY,
  absent: Status.ENOENT,
} as const

interface WholeFile {
  readonly op: 'c' | 'u'
  readonly incoming: Incoming
  readonly headSize: number
  readonly outcome: Outcome
}

class WholeFileSink implements BodySink {
  readonly headConsumed: number
  readonly #context: HandlerContext
  readonly #file: WholeFile
  readonly #gatherer: BodyGatherer<void> | null

  constructor(context: HandlerContext, file: WholeFile) {
    this.#context = context
    this.#file = file
    this.headConsumed = file.headSize
    const { incoming } = file
    const { file: name, timestamp, bytes } = incoming
    const { store } = context
    this.#gatherer =
      file.outcome !== 'place'
        ? null
        : new BodyGatherer(bytes, {
            atOnce: false,
            temporaryPath: () => store.temporaryPath(name.storePath),
            fromMemory: (body) => placeFromMemory(store, name, body, timestamp),
            fromFile: (received) => placeFromFile(name, received, timestamp),
          })
  }

  /** What is not wanted is read to its end: a C sender reads no answer before it has sent everything. */
  write(chunk: Buffer): void {
    try {
      this.#gatherer?.write(chunk)
    } catch (error) {
      this.#gatherer?.discard()
      this.#file.incoming.answer(error)
    }
  }

  end(): void {
    const { op, incoming, outcome } = this.#file
    const { file, timestamp, answer } = incoming
    if (outcome !== 'place' && outcome !== 'same') {
      const error = new StoreError(REFUSED[outcome], `${file.logicName} is ${outcome} here`)
      // It must come again, so it has not arrived.
      if (outcome === 'occupied') answer(error)
      else answer(error, incoming)
      return
    }
    locked(
      this.#context,
      file,
      (error) => answer(error, incoming),
      (finish) => {
        if (!this.#place()) {
          finish()
          return
        }
        const there = outcome === 'same' ? new StoreError(Status.EEXIST, `${file.logicName} is here`) : undefined
        this.#context.store.log.append(op, file.logicName, (error) => finish(error ?? there), { timestamp })
      },
    )
  }

  abort(): void {
    this.#gatherer?.discard()
  }

  /** False when the content is given up: it was another than its name says, too often. */
  #place(): boolean {
    const { logicName, storePath } = this.#file.incoming.file
    const named = slotOfName(logicName)
    try {
      if (named !== null) this.#context.trunk.makeTrunkFile(storePath, named.slot)
      this.#gatherer?.finish()
      return true
    } catch (error) {
      if (!(error instanceof ContentMismatchError) || !this.#context.refusals.isSpent(logicName)) throw error
      this.#context.logger.error(
        { name: logicName, err: error },
        'given up a replica whose content is not what its name says',
      )
      return false
    }
  }
}
