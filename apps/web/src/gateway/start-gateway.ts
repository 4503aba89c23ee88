import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  answerError,
  answerJson,
  answerPreflight,
  crossOriginPolicy,
  EXPOSED_HEADERS,
  fileOfPath,
  HttpError,
  isPreflight,
  logRequest,
  setCorsHeaders,
  startListener,
} from '@cairn/dfs-http'
import { log } from '../lib/log.ts'
import { ClusterGroups } from './cluster-keys.ts'
import { Downloads } from './downloads.ts'
import { FinishQueue } from './finish-queue.ts'
import { REQUESTS_MAX } from './spool-memory.ts'
import { TusUploads } from './tus-uploads.ts'
import { isStorageAway } from './upload-failure.ts'
import { isUploadPath, UploadRequests } from './upload-requests.ts'

interface GatewayOptions {
  port: number
  host: string
  /** The origins of the web application; the first is where expired tickets are renewed. */
  webOrigins: readonly string[]
  /** Bytes that an upload may have at most; undefined: as many as its ticket says. */
  sizeMax?: number | undefined
  /** Addresses and networks of the proxies in front, whose `X-Forwarded-` headers are believed. */
  trustedProxies?: readonly string[]
}

/** A running gateway. */
export interface Gateway {
  readonly port: number
  close(): Promise<void>
}

/**
 * The door to stored files of a cluster whose storages speak only FastDFS: what Cairn's storages answer over HTTP, on an
 * origin of its own, because what people upload must not run on that of the pages.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { port, host, webOrigins, sizeMax, trustedProxies = [] } = options
  const finishes = new FinishQueue()
  const door = new Door(finishes, webOrigins, sizeMax)
  const listener = await startListener({
    port,
    host,
    maxConnections: REQUESTS_MAX,
    trustedProxies,
    handle: (request, response) => door.handle(request, response),
    acceptFailed: (error) => log().error({ err: error }, 'accepting connections of browsers failed'),
  })
  return {
    port: listener.port,
    async close() {
      await listener.close()
      await finishes.close()
    },
  }
}

class Door {
  readonly #origins: ReadonlySet<string>
  readonly #webOrigins: readonly string[]
  readonly #uploads: UploadRequests
  readonly #downloads: Downloads

  constructor(finishes: FinishQueue, webOrigins: readonly string[], sizeMax: number | undefined) {
    const groups = new ClusterGroups()
    this.#webOrigins = webOrigins
    this.#origins = new Set(webOrigins)
    const tus = new TusUploads({ finishes, origins: this.#origins, exposedHeaders: EXPOSED_HEADERS, sizeMax })
    this.#uploads = new UploadRequests({ groups, tus, finishes })
    this.#downloads = new Downloads({ groups, webUrl: webOrigins[0] ?? null, webOrigins })
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    logRequest(log(), request, response)
    this.#answer(request, response).catch((error) => {
      if (isStorageAway(error)) response.destroy()
      else answerError({ request, response, logger: log() }, error)
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, query } = addressOf(request)
    setCorsHeaders(request, response, this.#origins)
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Referrer-Policy', 'no-referrer')
    if (isPreflight(request)) return answerPreflight(response)
    if (isUploadPath(pathname)) return await this.#uploads.answer(request, response, pathname)
    if (pathname === '/healthz') return answerJson(response, 200, { ok: true })
    const file = fileOfPath(pathname)
    if (file === null) throw new HttpError(404, 'not_found', 'there is nothing here')
    response.setHeader('Cross-Origin-Resource-Policy', crossOriginPolicy(request.headers.host, this.#webOrigins))
    const token = /(?:^|&)t=([A-Za-z0-9_.-]*)(?:&|$)/.exec(query)?.[1] ?? null
    await this.#downloads.answer(request, response, { ...file, token })
  }
}

function addressOf({ url = '' }: IncomingMessage): { pathname: string; query: string } {
  const [pathname = '', ...query] = url.split('?')
  return { pathname, query: query.join('?') }
}
