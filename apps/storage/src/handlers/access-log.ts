import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { decodeStreamHead, HEADER_SIZE, ProtocolError, type StreamedCommand, storageCommands } from '@cairn/dfs-core'
import type { CommandHandler, CommandReply, CommandRequest } from '@cairn/dfs-core/server'
import { writeAll } from '../disk/atomic-file.ts'
import type { ConnectionState } from './context.ts'

/** `storage_access.log`: a line for each command of a client (client protocol §4.14). */
export interface AccessLog {
  /** The handlers, each of which also writes its line. */
  watch(handlers: Map<number, Handler>): Map<number, Handler>
  close(): void
}

type Handler = CommandHandler<ConnectionState>
type Request = CommandRequest<ConnectionState>

const FLUSH_MS = 1000
const PENDING_CHARS_MAX = 64 * 1024
const GROUP_BYTES = 16

/** FastDFS's word for each command, and how its request tells the file; a new file is named by the answer. */
const ACTIONS = new Map<number, { readonly action: string; name(request: Request): string }>([
  [storageCommands.uploadFile.code, { action: 'upload', name: () => '' }],
  [storageCommands.uploadAppenderFile.code, { action: 'upload', name: () => '' }],
  [storageCommands.uploadSlaveFile.code, { action: 'upload', name: () => '' }],
  [storageCommands.downloadFile.code, named('download', storageCommands.downloadFile)],
  [storageCommands.appendFile.code, namedInHead('append', storageCommands.appendFile)],
  [storageCommands.modifyFile.code, namedInHead('modify', storageCommands.modifyFile)],
  [storageCommands.truncateFile.code, named('truncate', storageCommands.truncateFile)],
  [storageCommands.deleteFile.code, named('delete', storageCommands.deleteFile)],
  [storageCommands.getMetadata.code, named('get_metadata', storageCommands.getMetadata)],
  [storageCommands.setMetadata.code, named('set_metadata', storageCommands.setMetadata, '-m')],
  [storageCommands.queryFileInfo.code, named('status', storageCommands.queryFileInfo)],
  [storageCommands.regenerateAppenderFilename.code, named('rename', storageCommands.regenerateAppenderFilename, '=>')],
])

function named(action: string, { request }: { request: { decode(head: Buffer): { name: string } } }, suffix = '') {
  return { action, name: ({ head }: Request) => request.decode(head).name + suffix }
}

function namedInHead<Q extends { name: string }>(action: string, row: StreamedCommand<Q, unknown>) {
  return { action, name: ({ head, bodyLength }: Request) => decodeStreamHead(row, head, bodyLength).value.name }
}

export interface AccessLogOptions {
  readonly basePath: string
  /** `time_precision` */
  readonly precision: 'ms' | 'us'
  report(message: string, error: unknown): void
}

/** Lines are written once a second, in bunches. The file is only appended to: it may be moved away at any time. */
export function openAccessLog({ basePath, precision, report }: AccessLogOptions): AccessLog {
  const folder = join(basePath, 'logs')
  let pending = ''
  const flush = () => {
    if (pending === '') return
    const bytes = Buffer.from(pending, 'latin1')
    pending = ''
    try {
      mkdirSync(folder, { recursive: true })
      const fd = openSync(join(folder, 'storage_access.log'), 'a', 0o644)
      try {
        writeAll(fd, bytes)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      report('lines of the access log are lost', error)
    }
  }
  const timer = setInterval(flush, FLUSH_MS).unref()
  const write = (line: string) => {
    pending += line
    if (pending.length > PENDING_CHARS_MAX) flush()
  }
  const unit = precision === 'us' ? 1000 : 1
  return {
    watch(handlers) {
      const watched = (command: number, handler: Handler): Handler =>
        ACTIONS.has(command) ? watchHandler(handler, unit, write) : handler
      return new Map([...handlers].map(([command, handler]) => [command, watched(command, handler)]))
    },
    close() {
      clearInterval(timer)
      flush()
    },
  }
}

function watchHandler(handler: Handler, unit: number, write: (line: string) => void): Handler {
  if (handler.kind === 'buffered') {
    return { ...handler, handle: (request, reply) => handler.handle(request, watchReply(request, reply, unit, write)) }
  }
  return { ...handler, begin: (request, reply) => handler.begin(request, watchReply(request, reply, unit, write)) }
}

/** What is written when the answer is given: its status, and how many bytes it has. */
function watchReply(request: Request, reply: CommandReply, unit: number, write: (line: string) => void): CommandReply {
  const startedAt = performance.now()
  const { action, name } = nameOf(request)
  const client = request.remoteAddress
  const received = HEADER_SIZE + request.bodyLength
  const line = (status: number, sent: number, made: string) => {
    const time = Math.round((performance.now() - startedAt) * unit)
    write(`[${localTime()}] ${client} ${action} ${name}${made} ${status} ${time} ${received} ${HEADER_SIZE + sent}\n`)
  }
  const makesName = name === '' || name.endsWith('=>')
  return {
    get done() {
      return reply.done
    },
    ok(body) {
      line(0, body?.length ?? 0, makesName ? (body?.toString('latin1', GROUP_BYTES) ?? '') : '')
      reply.ok(body)
    },
    fail(status) {
      line(status, 0, '')
      reply.fail(status)
    },
    sendFile(range, done) {
      reply.sendFile(range, (error) => {
        line(error === undefined ? 0 : ECONNRESET, error === undefined ? range.length : 0, '')
        done(error)
      })
    },
    sendFileToEnd: (fd, length, done) => reply.sendFileToEnd(fd, length, done),
    pass: (piece, ends, taken) => reply.pass(piece, ends, taken),
    hangUp: () => reply.hangUp(),
    pause: () => reply.pause(),
    resume: () => reply.resume(),
  }
}

const ECONNRESET = 104

/** A request that cannot be read has no name; its handler says so to the client. */
function nameOf(request: Request): { action: string; name: string } {
  const known = ACTIONS.get(request.command)
  try {
    return { action: known?.action ?? '', name: known?.name(request) ?? '' }
  } catch (error) {
    if (error instanceof ProtocolError) return { action: known?.action ?? '', name: '-' }
    throw error
  }
}

/** `2026-11-21 16:05:09.123` by the local clock. */
function localTime(): string {
  const now = new Date()
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000)
  return local.toISOString().replace('T', ' ').replace('Z', '')
}
