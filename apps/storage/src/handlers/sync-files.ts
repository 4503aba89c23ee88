import { decodeStreamHead, Status, storageCommands } from '@cairn/dfs-core'
import type { BodySink, CommandHandler, CommandReply, StreamedHandler } from '@cairn/dfs-core/server'
import { thenByPace } from '../disk/by-pace.ts'
import { placeFromFile, placeFromMemory } from '../disk/replica.ts'
import { type ArrivingFile, look, type Outcome, receiveFile } from './arriving-file.ts'
import { BodyGatherer, holdBody } from './body-gatherer.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { checkGroup } from './requests.ts'
import { type Incoming, type SyncAnswer, syncAnswer } from './sync-answer.ts'

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
        const outcome = look(context, file, { op, ...value, isAnnounced: request.status !== Status.OK })
        return new WholeFileSink(context, reply, { op, incoming, headSize, outcome })
      } catch (error) {
        answer(error)
        return null
      }
    },
  }
}

interface WholeFile extends Omit<ArrivingFile, 'outcome'> {
  readonly headSize: number
  readonly outcome: Outcome | Promise<Outcome>
}

class WholeFileSink implements BodySink {
  readonly headConsumed: number
  readonly #context: HandlerContext
  readonly #reply: CommandReply
  readonly #file: WholeFile
  #outcome: Outcome | null = null
  #gatherer: BodyGatherer<void | Promise<void>> | null = null

  constructor(context: HandlerContext, reply: CommandReply, file: WholeFile) {
    this.#context = context
    this.#reply = reply
    this.#file = file
    this.headConsumed = file.headSize
    const looked = thenByPace(file.outcome, (outcome) => this.#begin(outcome))
    holdBody(reply, looked, (error) => this.#fail(error))
  }

  #begin(outcome: Outcome): void {
    const { file: name, timestamp, bytes } = this.#file.incoming
    const { store } = this.#context
    this.#outcome = outcome
    if (outcome !== 'place') return
    this.#gatherer = new BodyGatherer<void | Promise<void>>(bytes, {
      atOnce: false,
      lane: name.storePath.lane,
      temporaryPath: () => store.temporaryPath(name.storePath),
      fromMemory: (body) => placeFromMemory(store, name, body, timestamp),
      fromFile: (received) => placeFromFile(name, received, timestamp),
    })
  }

  /** What is not wanted is read to its end: a C sender reads no answer before it has sent everything. */
  write(chunk: Buffer): void {
    try {
      holdBody(this.#reply, this.#gatherer?.write(chunk), (error) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#gatherer?.discard()
    this.#file.incoming.answer(error)
  }

  end(): void {
    const { op, incoming } = this.#file
    const outcome = this.#outcome
    // The body waits until it is known.
    if (outcome === null) throw new Error(`${incoming.file.logicName} was not looked at`)
    const answer: SyncAnswer = (error, done) => {
      // What was not placed after all.
      this.#gatherer?.discard()
      incoming.answer(error, done)
    }
    const arriving = { op, outcome, incoming: { ...incoming, answer } }
    void receiveFile(this.#context, arriving, () => this.#gatherer?.finish())
  }

  abort(): void {
    this.#gatherer?.discard()
  }
}
