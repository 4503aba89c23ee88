import type { IncomingMessage, ServerResponse } from 'node:http'
import { senderOf } from './forwarded.ts'

/** Where a server writes what happened; a pino logger fits. */
export interface Logger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  error(details: object, message: string): void
}

const PATH_LENGTH_MAX = 200

/** One line per request, when it is over, with `more` if there is something: never a query (tickets), a cookie or another header. */
export function logRequest(logger: Logger, request: IncomingMessage, response: ServerResponse, more?: object): void {
  const startedAt = performance.now()
  const remoteAddress = senderOf(request).address
  response.on('close', () => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    logger.info(
      {
        method: request.method,
        path: path.slice(0, PATH_LENGTH_MAX),
        status: response.statusCode,
        whole: response.writableFinished,
        ms: Math.round(performance.now() - startedAt),
        remoteAddress,
        ...more,
      },
      'http',
    )
  })
}
