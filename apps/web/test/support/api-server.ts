import { readdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { notePeerAddresses } from '../../src/lib/peer-address.ts'

type Handler = (request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>

interface Route {
  pattern: RegExp
  catchAll: boolean
  file: string
}

const appDir = path.join(import.meta.dirname, '../../src/app')

// Next's file convention: [name] takes one segment, [...name] all that follow. More fixed segments win.
function findRoutes(): Route[] {
  const files = readdirSync(appDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(^|\/)route\.ts$/.test(file),
  )
  const routes = files.map((file) => {
    const folder = path.dirname(file)
    const source = folder.replace(/\[\.\.\.(\w+)\]/g, '(?<$1>.+)').replace(/\[(\w+)\]/g, '(?<$1>[^/]+)')
    return { pattern: new RegExp(`^/${source}$`), catchAll: folder.includes('[...'), file: path.join(appDir, file) }
  })
  return routes.toSorted((a, b) => Number(a.file.includes('[')) - Number(b.file.includes('[')))
}

async function answer(routes: Route[], incoming: IncomingMessage, baseUrl: string): Promise<Response> {
  const url = new URL(incoming.url ?? '/', baseUrl)
  const route = routes.find(({ pattern }) => pattern.test(url.pathname))
  if (!route) return new Response('no such route', { status: 404 })
  const module: Record<string, Handler> = await import(route.file)
  const handler = module[incoming.method ?? 'GET']
  if (!handler) return new Response('no such method', { status: 405 })
  const groups = route.pattern.exec(url.pathname)?.groups ?? {}
  const params = Object.entries(groups).map(([name, value]) => [
    name,
    route.catchAll ? value.split('/').map(decodeURIComponent) : decodeURIComponent(value),
  ])
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value))
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD'
  const body = hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}
  const request = new Request(url, { method: incoming.method ?? 'GET', headers, ...body })
  return handler(request, { params: Promise.resolve(Object.fromEntries(params)) })
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  outgoing.setHeaders(response.headers)
  if (response.body) await pipeline(Readable.fromWeb(response.body as never), outgoing)
  else outgoing.end()
}

/** The route handlers behind a plain HTTP server, found as Next finds them. */
export async function startApiServer(): Promise<{ url: string; close(): Promise<void> }> {
  notePeerAddresses()
  const routes = findRoutes()
  const server: Server = createServer((incoming, outgoing) => {
    const baseUrl = `http://${incoming.headers.host}`
    answer(routes, incoming, baseUrl)
      .then((response) => send(response, outgoing))
      .catch((error: unknown) => {
        outgoing.destroy(error instanceof Error ? error : new Error(String(error)))
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
