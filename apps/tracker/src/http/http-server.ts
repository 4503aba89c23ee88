import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type HostFilter, hostFilter, plainAddress } from '@cairn/dfs-core/server'
import type { TrackerContext } from '../handlers/context.ts'
import { metricsText } from './metrics.ts'
import { statusView } from './status-view.ts'
import { whereView } from './where-view.ts'

const CONNECTIONS_MAX = 64
const REQUEST_TIMEOUT_MS = 10_000

interface Answer {
  status: number
  type: string
  text: string
}

/** GET /healthz, /status, /where?file_id=<file ID>, /metrics. Port 0 takes a free one. */
export async function startHttp(
  context: TrackerContext,
  { bindAddress, port }: { bindAddress: string; port: number },
): Promise<{ port: number; close(): Promise<void> }> {
  const mayReadMetrics = hostFilter(context.config.metricsAllow)
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    answerTo(context, request, mayReadMetrics).then(
      (answer) => send(request, response, answer),
      (error) => {
        context.logger.error({ err: error }, 'a request over HTTP failed')
        send(request, response, failure(500, 'internal', 'the tracker could not do this; its log says why'))
      },
    )
  })
  server.maxConnections = CONNECTIONS_MAX
  await listen(server, port, bindAddress)
  // Without a listener a failed accept (no descriptors left) would end the process.
  server.on('error', (error) => context.logger.error({ err: error }, 'accepting over HTTP failed'))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function answerTo(
  context: TrackerContext,
  request: IncomingMessage,
  mayReadMetrics: HostFilter,
): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return failure(405, 'method_not_allowed', 'only GET and HEAD are served here')
  }
  const [path, query] = (request.url ?? '/').split('?', 2)
  switch (path) {
    case '/healthz':
      return health(context)
    case '/metrics':
      if (!isDirect(request) || !mayReadMetrics(plainAddress(request.socket.remoteAddress ?? ''))) {
        return failure(403, 'forbidden', 'metrics_allow does not name this address')
      }
      return { status: 200, ...(await metricsText(context)) }
    case '/status': {
      const file = new URLSearchParams(query).get('file')
      return file === null ? json(200, statusView(context)) : where(context, file)
    }
    case '/where':
      return where(context, new URLSearchParams(query).get('file_id') ?? '')
    default:
      return failure(404, 'not_found', 'there are /healthz, /status, /where and /metrics')
  }
}

function where(context: TrackerContext, fileId: string): Answer {
  const view = whereView(context, fileId)
  return view === undefined ? failure(404, 'unknown_group', 'no file ID of a known group') : json(200, view)
}

/** What comes through a proxy has the proxy's address, which says nothing about who asks. */
function isDirect({ headers }: IncomingMessage): boolean {
  return headers['x-forwarded-for'] === undefined && headers.forwarded === undefined
}

/** Not healthy: what storage servers were told could be forgotten by a restart. */
function health({ snapshots }: TrackerContext): Answer {
  if (snapshots.lastError === null) return json(200, { ok: true })
  return json(503, { ok: false, message: `the state could not be saved: ${snapshots.lastError.message}` })
}

function failure(status: number, code: string, message: string): Answer {
  return json(status, { code, message })
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', text: `${JSON.stringify(value)}\n` }
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, text }: Answer): void {
  const body = Buffer.from(text)
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length, 'Cache-Control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : body)
}
