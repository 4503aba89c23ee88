import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  answerError,
  answerJson,
  answerPreflight,
  crossOriginPolicy,
  DownloadAccess,
  fileOfPath,
  HttpError,
  isPreflight,
  type Listener,
  logRequest,
  setCorsHeaders,
  startListener,
} from '@cairn/dfs-http'
import type { TusServer } from '@cairn/dfs-tus'
import type { StorageHttpConfig } from '../config.ts'
import type { FileStore } from '../disk/file-store.ts'
import type { Counters } from '../engine/counters.ts'
import type { Logger } from '../handlers/context.ts'
import { asUploadError, isDiskFailure } from '../parts/disk-failure.ts'
import type { DiskPartStore } from '../parts/disk-part-store.ts'
import { startExpiry } from '../parts/expiry.ts'
import type { StorageReport } from '../storage-report.ts'
import { CarriedSocket } from '../streams/carried-socket.ts'
import { answerBulk, BULK_PATH, type BulkOptions } from './bulk.ts'
import { answerDownload, type DownloadOptions } from './download.ts'
import type { KeysFile, StorageIdentity } from './keys-file.ts'
import { answerMetrics, metricsGate, type StorageMetrics } from './metrics.ts'
import { PlainLinks } from './plain-links.ts'
import { answerService, type ServiceOptions, servicePath } from './service.ts'
import type { FindAtSource } from './source-files.ts'
import { answerReceipt, createUploads, receiptPath, UPLOADS_PATH } from './uploads.ts'

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
  beginCheck: ServiceOptions['beginCheck']
  readonly metrics: StorageMetrics
  readonly counters: Counters
  /** Open connections of the FastDFS protocol. */
  tcpConnections(): number
}

export interface RunningHttpServer extends Pick<Listener, 'port' | 'serve' | 'leaveAccepting' | 'acceptAgain'> {
  /** Takes no more requests, gives running ones a moment and then ends them; what they brought is stored. */
  close(): Promise<void>
}

/** The public door of a storage: downloads, uploads (tus) and the calls of the web application. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  const { config, logger } = options
  const app = new HttpApp(options)
  const listener = await startListener({
    port: config.port,
    host: config.bindAddress,
    maxConnections: options.maxConnections,
    trustedProxies: config.trustedProxies,
    handle: (request, response) => app.handle(request, response),
    // An upload is told to go on when it would not be refused; the rest has nothing to wait for.
    continuesLater: (request) => isUploadPath(splitOnce(request.url ?? '')[0]),
    acceptFailed: (error) => logger.error({ err: error }, 'accepting over HTTP failed'),
  })
  const { port, serve, leaveAccepting, acceptAgain } = listener
  app.port = port
  app.connections = () => listener.connections
  const stopExpiry = startExpiry(options.parts, logger)
  return {
    port,
    serve,
    leaveAccepting,
    acceptAgain,
    async close() {
      await stopExpiry()
      await listener.close()
      await app.settled()
    },
  }
}

class HttpApp {
  port = 0
  connections: () => number = () => 0
  readonly #options: HttpServerOptions
  readonly #origins: ReadonlySet<string>
  readonly #uploads: BulkOptions
  readonly #tus: TusServer
  readonly #service: ServiceOptions
  readonly #downloads: DownloadOptions
  readonly #checkMetrics: (request: IncomingMessage) => void
  readonly #running = new Set<Promise<void>>()

  constructor(options: HttpServerOptions) {
    const { config, store, parts, keys } = options
    const { slots } = parts
    const identity: StorageIdentity = { group: store.group, storageId: store.storageId, keys }
    this.#options = options
    this.#origins = new Set(config.webOrigins)
    this.#uploads = {
      identity,
      parts,
      slots,
      sizeMax: options.uploadSizeMax > 0 ? options.uploadSizeMax : Number.MAX_SAFE_INTEGER,
      answerError: (request, response, error) => this.#fail(request, response, error),
      onFile: (file) => this.#noteFile(file),
      onFailure: (error) => options.logger.error({ err: error }, 'storing one of many files failed'),
    }
    this.#tus = createUploads(this.#uploads)
    const { status, settleAside, beginCheck } = options
    this.#service = { identity, parts, slots, status, settleAside, beginCheck, httpPort: () => this.port }
    const access = new DownloadAccess({ identity, ...config })
    this.#downloads = { ...options, access, links: createLinks(config, store.group), port: () => this.port }
    this.#checkMetrics = metricsGate(config.metricsAllow)
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { logger, metrics } = this.#options
    logRequest(logger, request, response, threadOf(request))
    response.on('close', () => metrics.http(request.method ?? '', response.statusCode))
    const running = this.#answer(request, response)
      .catch((error) => this.#fail(request, response, error))
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Each file of many counts, and is logged, as if it had come alone. */
  #noteFile({ upl, bytes, status }: { upl: string | null; bytes: number; status: number }): void {
    this.#options.metrics.http('POST', status)
    this.#options.logger.info({ upl, bytes, status }, 'one of many files')
  }

  /** Resolves when no request is being worked on. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { logger } = this.#options
    const refusal = isUploadPath(splitOnce(request.url ?? '')[0]) ? asUploadError(error) : error
    // Refusals are not logged, and of this one somebody has to hear.
    if (isDiskFailure(refusal)) logger.error({ err: error }, 'an upload could not be written')
    answerError({ request, response, logger }, refusal)
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
    const connections = { fastdfs: tcpConnections(), http: this.connections() }
    answerMetrics(response, await metrics.text({ store, counters, report: status, connections: () => connections }))
  }

  #upload(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    if (pathname === BULK_PATH) return answerBulk(this.#uploads, request, response)
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

/** Which thread holds the connection, where it is not the main one. */
function threadOf({ socket }: IncomingMessage): { thread: number } | undefined {
  return socket instanceof CarriedSocket ? { thread: socket.thread } : undefined
}
