import { closeSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FileId } from '@cairn/dfs-core'
import type { DiskLane } from '@cairn/dfs-core/disk'
import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import {
  type ByteRange,
  type DownloadAccess,
  type DownloadFacts,
  type FileTimes,
  factsByTicket,
  HttpError,
  planDownload,
  type RangeSource,
  sendPlan,
} from '@cairn/dfs-http'
import type { FileStore } from '../disk/file-store.ts'
import { openByPace } from '../trunk/stored-by-pace.ts'
import type { StoredContent } from '../trunk/stored-content.ts'
import { endWithFile, fitsOnePiece, pumpFile } from './file-pump.ts'
import type { Elsewhere, PlainLink, PlainLinks, RefusalPage } from './plain-links.ts'
import type { FindAtSource } from './source-files.ts'

export interface DownloadOptions {
  access: DownloadAccess
  store: FileStore
  findAtSource: FindAtSource
  /** True for a name that was deleted before its file came. */
  isDeleted(logicName: string): boolean
  /** Null at `http_access = ticket`. */
  links: PlainLinks | null
  elsewhere(logicName: string): Elsewhere | null
  port(): number
  /** Called after a download with the bytes that were asked for. */
  onDownload(bytes: number, succeeded: boolean): void
}

export interface WantedFile {
  fileId: string
  file: FileId
  token: string | null
  /** Null with a ticket. */
  link: PlainLink | null
}

/** GET and HEAD of a file: from this disk, or from the member that it has not come from yet. */
export async function answerDownload(
  options: DownloadOptions,
  request: IncomingMessage,
  response: ServerResponse,
  wanted: WantedFile,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new HttpError(405, 'method_not_allowed', 'files are read by GET and HEAD', { Allow: 'GET, HEAD' })
  }
  const ticket = options.access.check(request, wanted.fileId, wanted.token)
  const page = wanted.link === null ? null : (options.links?.refuse(wanted.link) ?? null)
  if (page !== null) {
    answerPage(request, response, page)
    return
  }
  const { store } = options
  if (wanted.file.storePathIndex >= store.storePaths.length) throw noSuchFile()
  const name = store.resolve(wanted.file.logicName)
  const { lane } = name.storePath
  const stored = await openByPace(store, name)
  const content = stored === null ? await sourceContent(options, wanted) : diskContent({ stored, lane }, wanted.file)
  try {
    await answerContent(options, { request, response, wanted, ticket, content })
  } catch (error) {
    name.storePath.health.notice(error)
    throw error
  } finally {
    content.close()
  }
}

/** Bytes of a file, wherever they are. */
interface Content extends RangeSource {
  times: FileTimes
  close(): void
}

interface Download {
  request: IncomingMessage
  response: ServerResponse
  wanted: WantedFile
  ticket: DownloadTicket | null
  content: Content
}

async function answerContent(options: DownloadOptions, download: Download): Promise<void> {
  const { request, response, wanted, ticket, content } = download
  const { times } = content
  const facts = ticket === null ? factsOfLink(options, wanted, times) : factsByTicket(wanted.file, times, ticket)
  const plan = planDownload(request, facts)
  if (request.method === 'HEAD' || plan.ranges.length === 0) {
    response.writeHead(plan.status, plan.headers)
    response.end()
    return
  }
  const bytes = plan.ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0)
  const taken = options.access.take(ticket, wanted.token, { bytes, response })
  response.writeHead(plan.status, plan.headers)
  let isWhole = false
  try {
    isWhole = await sendPlan(content, response, plan)
  } finally {
    taken(isWhole)
    options.onDownload(bytes, isWhole)
  }
}

function diskContent({ stored, lane }: { stored: StoredContent; lane: DiskLane }, file: FileId): Content {
  const { fd, offset, size, mtimeMs } = stored
  const sent = { fd, lane }
  const close = () => closeSync(fd)
  if (stored.kind !== 'file' || (file.kind === 'normal' && size !== file.size)) {
    close()
    throw new HttpError(500, 'damaged', 'the file is not what its name says')
  }
  const inFile = ({ start, end }: ByteRange): ByteRange => ({ start: offset + start, end: offset + end })
  const send = (response: ServerResponse, range: ByteRange) => pumpFile(response, sent, inFile(range))
  return {
    times: { size, mtimeMs },
    send,
    async end(response, range) {
      if (fitsOnePiece(sent, range)) {
        endWithFile(response, sent, inFile(range))
        return true
      }
      const isSent = await send(response, range)
      if (isSent) response.end()
      return isSent
    },
    close,
  }
}

async function sourceContent(options: DownloadOptions, { fileId, file, link }: WantedFile): Promise<Content> {
  if (options.isDeleted(file.logicName)) throw noSuchFile()
  if (link !== null) options.links?.missing(link, options.elsewhere(file.logicName), options.port())
  const source = await options.findAtSource(fileId)
  if (source === null) throw noSuchFile()
  const read = (range: ByteRange) => source.read(range.start, range.end - range.start + 1)
  return {
    times: { size: source.size, mtimeMs: source.mtime * 1000 },
    send: async (response, range) => {
      await pipeline(await read(range), response, { end: false })
      return true
    },
    end: async (response, range) => {
      await pipeline(await read(range), response)
      return true
    },
    close: () => undefined,
  }
}

function factsOfLink({ links }: DownloadOptions, { link }: WantedFile, times: FileTimes): DownloadFacts {
  if (links === null || link === null) throw new HttpError(401, 'ticket_invalid', 'a ticket is required')
  return links.facts(link, times)
}

function answerPage(request: IncomingMessage, response: ServerResponse, { type, body }: RefusalPage): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length, 'Cache-Control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function noSuchFile(): HttpError {
  return new HttpError(404, 'not_found', 'there is no such file')
}
