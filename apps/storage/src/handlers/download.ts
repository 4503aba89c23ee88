import { closeSync } from 'node:fs'
import { Status, storageCommands } from '@cairn/dfs-core'
import type { BufferedHandler, CommandHandler, CommandReply, CommandRequest } from '@cairn/dfs-core/server'
import { goOnWith } from '../disk/by-pace.ts'
import type { ResolvedName } from '../disk/new-files.ts'
import { StoreError } from '../disk/store-error.ts'
import type { StorePath } from '../disk/store-path.ts'
import { countBytes, countOperation } from '../engine/counters.ts'
import { openByPace } from '../trunk/stored-by-pace.ts'
import type { StoredContent } from '../trunk/stored-content.ts'
import type { ConnectionState, FileContext, HandlerContext } from './context.ts'
import { failRequest } from './failure.ts'
import { checkGroup, type Request } from './requests.ts'
import { type ByteRange, missing, orMissing, sourceToAsk } from './source-fallback.ts'

/** DOWNLOAD_FILE. A file that is not here is asked from its source. */
export function downloadHandlers(context: HandlerContext): Array<[number, CommandHandler<ConnectionState>]> {
  const ask: NotHere<ConnectionState> = (request, reply, wanted) => fromSource(context, request, reply, wanted)
  return [[storageCommands.downloadFile.code, downloadHandler(context, ask)]]
}

/** Answers a download of a file that is not on this disk. */
type NotHere<S> = (request: CommandRequest<S>, reply: CommandReply, wanted: Wanted) => void

interface Wanted extends ByteRange {
  readonly file: ResolvedName
}

interface Found {
  readonly wanted: Wanted
  readonly content: StoredContent
}

/** Open, fstat, and the file goes out through pooled buffers. */
export function downloadHandler<S>(context: FileContext, notHere: NotHere<S>): BufferedHandler<S> {
  const row = storageCommands.downloadFile
  return {
    kind: 'buffered',
    bodyMax: context.config.bufferBytes,
    handle(request, reply) {
      try {
        const { group, name, offset, size } = row.request.decode(request.head)
        checkGroup(context, group)
        if (offset < 0 || size < 0) throw new StoreError(Status.EINVAL, `range ${offset}+${size}`)
        const wanted = { file: context.store.resolve(name), offset, length: size }
        const answer = (content: StoredContent | null) => {
          if (content === null) notHere(request, reply, wanted)
          else sendContent(context, reply, { wanted, content })
        }
        goOnWith(openByPace(context.store, wanted.file), answer, (error) => refuse(context, reply, error))
      } catch (error) {
        refuse(context, reply, error)
      }
    },
  }
}

function sendContent(context: FileContext, reply: CommandReply, { content, wanted }: Found): void {
  try {
    const length = rangeLength(content, wanted)
    send(context, reply, content.fd, {
      offset: content.offset + wanted.offset,
      length,
      storePath: wanted.file.storePath,
    })
  } catch (error) {
    closeSync(content.fd)
    throw error
  }
}

/** FastDFS from 6.15.4 on: an offset at or past the end is EINVAL (an empty file too), a longer range is cut. */
function rangeLength(content: StoredContent, wanted: Wanted): number {
  if (content.kind === 'folder') throw new StoreError(Status.EISDIR, `${wanted.file.logicName} is a folder`)
  if (wanted.offset >= content.size) {
    throw new StoreError(
      Status.EINVAL,
      `offset ${wanted.offset} of ${wanted.file.logicName}, which has ${content.size} bytes`,
    )
  }
  const rest = content.size - wanted.offset
  return wanted.length === 0 ? rest : Math.min(wanted.length, rest)
}

function fromSource(context: HandlerContext, request: Request, reply: CommandReply, wanted: Wanted): void {
  const source = sourceToAsk(context, request, wanted.file)
  if (source === null) throw missing(wanted.file)
  source.download(wanted.file, wanted).then(
    ({ fd, length }) => send(context, reply, fd, { offset: 0, length, storePath: wanted.file.storePath }),
    (error: unknown) => refuse(context, reply, orMissing(error, wanted.file)),
  )
}

interface SentRange extends ByteRange {
  readonly storePath: StorePath
}

function send(context: FileContext, reply: CommandReply, fd: number, range: SentRange): void {
  const { offset, length, storePath } = range
  reply.sendFile({ fd, offset, length, lane: storePath.lane }, (error) => {
    closeSync(fd)
    storePath.health.notice(error)
    countOperation(context.counters, 'Download', error === undefined)
    countBytes(context.counters, 'Download', length, error === undefined ? length : 0)
  })
}

function refuse(context: FileContext, reply: CommandReply, error: unknown): void {
  countOperation(context.counters, 'Download', false)
  failRequest(context, storageCommands.downloadFile.code, reply, error)
}
