import { setImmediate as nextTurn } from 'node:timers/promises'
import { CairnCommand, SMALL_FILES_COUNT_MAX, SMALL_FILES_SIZE_MAX, Status, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler } from '@cairn/dfs-core/server'
import { placeFromMemory } from '../disk/replica.ts'
import { look, receiveFile } from './arriving-file.ts'
import type { ConnectionState, HandlerContext } from './context.ts'
import { noteFailure } from './failure.ts'
import { gathered } from './gathered.ts'
import { checkGroup, type Finish } from './requests.ts'
import { countChange, type SyncAnswer, toldToSender } from './sync-answer.ts'

/** Bytes beside the contents: group, and a head and a name for each file. */
const HEADS_BYTES_MAX = 16 + SMALL_FILES_COUNT_MAX * 256
/** Storing goes on in the next turn of the event loop after so long, since others wait, too. */
const TURN_MS = 5

interface SmallFile {
  readonly name: string
  readonly timestamp: number
  readonly content: Buffer
}

/** SYNC_CREATE_FILES (207): small files from a Cairn peer, each by the rules of one that comes alone. */
export function syncManyHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const row = storageCommands.syncCreateFiles
  const handler = gathered(context, row, SMALL_FILES_SIZE_MAX + HEADS_BYTES_MAX, ({ group, files }, finish) => {
    checkGroup(context, group)
    void storeAll(context, files, finish)
  })
  return [[row.code, handler]]
}

/** One after the other, so that their records follow each other. What is stored in one turn shares one write to the log. */
async function storeAll(context: HandlerContext, files: readonly SmallFile[], finish: Finish): Promise<void> {
  const statuses = Buffer.alloc(files.length)
  let unanswered = files.length
  const answerAll = () => finish(undefined, storageCommands.syncCreateFiles.response.encode({ statuses }))
  if (unanswered === 0) answerAll()
  let turnEnd = performance.now() + TURN_MS
  for (const [index, file] of files.entries()) {
    await store(context, file, (status) => {
      statuses[index] = status
      unanswered -= 1
      if (unanswered === 0) answerAll()
    })
    if (performance.now() < turnEnd) continue
    await nextTurn()
    turnEnd = performance.now() + TURN_MS
  }
}

/** Resolves when the record has its place in the log, or there is none. */
async function store(
  context: HandlerContext,
  { name, timestamp, content }: SmallFile,
  done: (status: number) => void,
): Promise<void> {
  const answer: SyncAnswer = (error, change) => {
    countChange(context, error, change?.bytes)
    done(error === undefined ? Status.OK : noteFailure(context, CairnCommand.SYNC_CREATE_FILES, toldToSender(error)))
  }
  try {
    const file = context.store.resolve(name)
    const told = { op: 'c', fileSize: content.length, timestamp, isAnnounced: false } as const
    const incoming = { file, timestamp, bytes: content.length, answer }
    const outcome = await look(context, file, told)
    const place = () => placeFromMemory(context.store, file, content, timestamp)
    await receiveFile(context, { op: 'c', incoming, outcome }, place)
  } catch (error) {
    answer(error)
  }
}
