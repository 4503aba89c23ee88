import { closeSync, fstatSync, openSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FileId } from '@cairn/dfs-core'
import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import { isErrno } from '../disk/atomic-file.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { ByteRange } from './byte-range.ts'
import type { DownloadAccess } from './download-access.ts'
import { type DownloadPlan, planDownload } from './download-answer.ts'
import { type FileTimes, factsByTicket, openFacts } from './download-facts.ts'
import { endWithFile, fitsOnePiece, pumpFile } from './file-pump.ts'
import { HttpError } from './http-error.ts'
import type { FindAtSource } from './source-files.ts'

export interface DownloadOptions {
  access: DownloadAccess
  store: FileStore
  findAtSource: FindAtSource
  /** True for a name that was deleted before its file came. */
  isDeleted(logicName: string): boolean
  /** Called after a download with the bytes that were asked for. */
  onDownload(bytes: number, succeeded: boolean): void
}

export interface WantedFile {
  fileId: string
  file: FileId
  token: string | null
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
  const { store } = options
  if (wanted.file.storePathIndex >= store.storePaths.length) throw noSuchFile()
  const { path } = store.resolve(wanted.file.logicName)
  const fd = openIfThere(path)
  const content = fd === null ? await sourceContent(options, wanted) : diskContent(fd, wanted.file)
  try {
    await answerContent(options, { request, response, wanted, ticket, content })
  } finally {
    content.close()
  }
}

/** Bytes of a file, wherever they are. */
interface Content {
  times: FileTimes
  /** Sends a range as all of the rest of the answer. */
  end(response: ServerResponse, range: ByteRange): Promise<boolean>
  /** Sends a range; more follows. False when the client is gone. */
  send(response: ServerResponse, range: ByteRange): Promise<boolean>
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
  const facts = ticket === null ? openFacts(wanted.file, times) : factsByTicket(wanted.file, times, ticket)
  const plan = planDownload(request, facts)
  response.writeHead(plan.status, plan.headers)
  if (request.method === 'HEAD' || plan.ranges.length === 0) {
    response.end()
    return
  }
  const bytes = plan.ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0)
  let isWhole = false
  try {
    isWhole = await sendPlan(content, response, plan)
  } finally {
    options.access.served(ticket, wanted.token, bytes)
    options.onDownload(bytes, isWhole)
  }
}

async function sendPlan(content: Content, response: ServerResponse, plan: DownloadPlan): Promise<boolean> {
  const [only] = plan.ranges
  if (plan.separators.length === 0) return only === undefined ? true : content.end(response, only)
  for (const [index, range] of plan.ranges.entries()) {
    response.write(plan.separators[index])
    if (!(await content.send(response, range))) return false
  }
  response.end(plan.separators.at(-1))
  return true
}

function diskContent(fd: number, file: FileId): Content {
  const stat = fstatSync(fd)
  const close = () => closeSync(fd)
  if (!stat.isFile() || (file.kind === 'normal' && stat.size !== file.size)) {
    close()
    throw new HttpError(500, 'damaged', 'the file is not what its name says')
  }
  const send = (response: ServerResponse, range: ByteRange) => pumpFile(response, fd, range)
  return {
    times: { size: stat.size, mtimeMs: stat.mtimeMs },
    send,
    async end(response, range) {
      if (fitsOnePiece(range)) {
        endWithFile(response, fd, range)
        return true
      }
      const isSent = await send(response, range)
      if (isSent) response.end()
      return isSent
    },
    close,
  }
}

async function sourceContent(options: DownloadOptions, { fileId, file }: WantedFile): Promise<Content> {
  const source = options.isDeleted(file.logicName) ? null : await options.findAtSource(fileId)
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

function noSuchFile(): HttpError {
  return new HttpError(404, 'not_found', 'there is no such file')
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}
