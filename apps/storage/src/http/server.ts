import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type TusServer, UploadSlots } from '@cairn/dfs-tus'
import type { StorageHttpConfig } from '../config.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Counters } from '../engine/counters.ts'
import type { Logger } from '../handlers/context.ts'
import type { DiskPartStore } from '../parts/disk-part-store.ts'
import { startExpiry } from '../parts/expiry.ts'
import type { StorageReport } from '../storage-report.ts'
import { logRequest } from './access-log.ts'
import { answerPreflight, isPreflight, setCorsHeaders } from './cors.ts'
import { answerDownload, type DownloadOptions } from './download.ts'
import { DownloadAccess } from './download-access.ts'
import { fileOfPath } from './download-facts.ts'
import { answerError, HttpError } from './http-error.ts'
import { answerJson } from './json.ts'
import type { KeysFile } from './keys-file.ts'
import { answerMetrics, metricsGate, type StorageMetrics } from './metrics.ts'
import { PlainLinks } from './plain-links.ts'
import { answerService, type ServiceOptions, servicePath } from './service.ts'
import { crossOriginPolicy } from './site.ts'
import type { FindAtSource } from './source-files.ts'
import type { Identity } from './ticket-check.ts'
import { answerReceipt, createUploads, receiptPath, UPLOADS_PATH, type UploadsOptions } from './uploads.ts'

export interface HttpServerOptions {
  config: StorageHttpConfig
  /** Largest upload in bytes; 0: no limit but the disk. */
  uploadSizeMax: number
  maxConnections: number
  store: FileStore
  parts: DiskPartStore
  /** null only where `http_access` is not `ticket`: then nothing can be uploaded. */
  keys: KeysFile | null
  logger: Logger
  findAtSource: FindAtSource
  isDeleted: DownloadOptions['isDeleted']
  elsewhere: DownloadOptions['elsewhere']
  onDownload: DownloadOptions['onDownload']
  status(): Promise<StorageReport>
  settleAside: ServiceOptions['settleAside']
  readonly metrics: StorageMetrics
  readonly counters: Counters
  /** Open connections of the FastDFS protocol. */
  tcpConnections(): number
}

export interface RunningHttpServer {
  readonly port: number
  /** Takes no more requests, gives running ones a moment and then ends them; what they brought is stored. */
  close(): Promise<void>
}

/** The first byte to the last byte of a request's head. */
const HEADERS_TIMEOUT_MS = 15_000
/** Nothing is read or written on a connection for so long: it ends. */
const IDLE_TIMEOUT_MS = 60_000
const KEEP_ALIVE_MS = 65_000
/** Tickets have at most 1 KiB; a browser adds cookies of the same host. */
const HEADER_BYTES_MAX = 32 * 1024
const CLOSE_GRACE_MS = 1000

/** The public door of a storage: downloads, uploads (tus) and the calls of the web application. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  const { config, logger } = options
  const app = new HttpApp(options)
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 0,
    },
    (request, response) => app.handle(request, response),
  )
  server.setTimeout(IDLE_TIMEOUT_MS)
  server.maxConnections = options.maxConnections
  server.on('clientError', answerClientError)
  // An upload is told to go on when it would not be refused; the rest has nothing to wait for.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!isUploadPath(splitOnce(request.url ?? '')[0])) response.writeContinue()
    app.handle(request, response)
  })
  const port = await listen(server, config)
  app.port = port
  app.connections = () => countConnections(server)
  const stopExpiry = startExpiry(options.parts, app.slots, logger)
  return {
    port,
    async close() {
      stopExpiry()
      await closeServer(server)
      await app.settled()
    },
  }
}

class HttpApp {
  port = 0
  connections: () => Promise<number> = () => Promise.resolve(0)
  readonly slots = new UploadSlots()
  readonly #options: HttpServerOptions
  readonly #origins: ReadonlySet<string>
  readonly #uploads: UploadsOptions
  readonly #tus: TusServer
  readonly #service: ServiceOptions
  readonly #downloads: DownloadOptions
  readonly #checkMetrics: (request: IncomingMessage) => void
  readonly #running = new Set<Promise<void>>()

  constructor(options: HttpServerOptions) {
    const { config, store, parts, keys } = options
    const { slots } = this
    const identity: Identity = { group: store.group, storageId: store.storageId, keys }
    this.#options = options
    this.#origins = new Set(config.webOrigins)
    this.#uploads = {
      identity,
      parts,
      slots,
      sizeMax: options.uploadSizeMax > 0 ? options.uploadSizeMax : Number.MAX_SAFE_INTEGER,
      answerError: (request, response, error) => this.#fail(request, response, error),
    }
    this.#tus = createUploads(this.#uploads)
    const { status, settleAside } = options
    this.#service = { identity, parts, slots, status, settleAside, httpPort: () => this.port }
    const access = new DownloadAccess({ identity, ...config })
    this.#downloads = { ...options, access, links: createLinks(config, store.group), port: () => this.port }
    this.#checkMetrics = metricsGate(config.metricsAllow)
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { logger, metrics } = this.#options
    logRequest(logger, request, response)
    response.on('close', () => metrics.http(request.method ?? '', response.statusCode))
    const running = this.#answer(request, response)
      .catch((error) => this.#fail(request, response, error))
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Resolves when no request is being worked on. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    answerError({ request, response, logger: this.#options.logger }, error)
  }

  #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname = '', query = ''] = splitOnce(request.url ?? '')
    setCorsHeaders(request, response, this.#origins)
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Referrer-Policy', 'no-referrer')
    if (isPreflight(request)) return Promise.resolve(answerPreflight(response))
    if (isUploadPath(pathname)) return this.#upload(request, response, pathname)
    const op = servicePath(pathname)
    if (op !== null) return answerService(this.#service, request, response, op)
    if (pathname === '/healthz') return Promise.resolve(answerJson(response, 200, { ok: true }))
    if (pathname === '/metrics') return this.#metrics(request, response)
    return this.#download(request, response, { pathname, query })
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#checkMetrics(request)
    const { store, counters, metrics, status, tcpConnections } = this.#options
    const connections = { fastdfs: tcpConnections(), http: await this.connections() }
    answerMetrics(response, await metrics.text({ store, counters, report: status, connections: () => connections }))
  }

  #upload(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    const upl = receiptPath(pathname)
    return upl === null ? this.#tus.handle(request, response) : answerReceipt(this.#uploads, request, response, upl)
  }

  async #download(
    request: IncomingMessage,
    response: ServerResponse,
    { pathname, query }: { pathname: string; query: string },
  ): Promise<void> {
    const token = /(?:^|&)t=([A-Za-z0-9_.-]*)(?:&|$)/.exec(query)?.[1] ?? null
    const link = token === null ? (this.#downloads.links?.parse(pathname, query) ?? null) : null
    const file = link ?? fileOfPath(pathname)
    if (file === null) throw new HttpError(404, 'not_found', 'there is nothing here')
    response.setHeader(
      'Cross-Origin-Resource-Policy',
      crossOriginPolicy(request.headers.host, this.#options.config.webOrigins),
    )
    await answerDownload(this.#downloads, request, response, { fileId: file.fileId, file: file.file, token, link })
  }
}

function isUploadPath(pathname: string): boolean {
  return pathname === UPLOADS_PATH || pathname.startsWith(`${UPLOADS_PATH}/`)
}

function createLinks(config: StorageHttpConfig, group: string): PlainLinks | null {
  if (config.access === 'ticket') return null
  return new PlainLinks(config.plainLinks, { group, checksTokens: config.access === 'anti_steal' })
}

function splitOnce(url: string): [string, string] {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

/** What is not HTTP, or too large a head, never becomes a request. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = JSON.stringify({ code: 'bad_request', message: 'this is not a request that can be understood' })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function listen(server: Server, { port, bindAddress }: StorageHttpConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(bindAddress === '' ? {} : { host: bindAddress }) }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
