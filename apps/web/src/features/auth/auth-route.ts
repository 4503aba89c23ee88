import type { NextApiRequest, NextApiResponse } from 'next'
import nextAuth from 'next-auth'
import { z } from 'zod'
import { ApiError } from '../../lib/api-error.ts'
import { errorResponse, readJson, readText } from '../../lib/api-route.ts'
import { readCookies } from '../../lib/cookies.ts'
import { env } from '../../lib/env.ts'
import { mayChange } from '../../lib/origin-check.ts'
import { cookieNames } from '../../lib/own-origin.ts'
import { requireOwnOrigin } from '../../lib/request-origin.ts'
import { authOptions } from './options.ts'

/** Collects what next-auth answers through the interface of Next's older API routes. */
class AnswerCollector {
  private statusCode = 200
  private readonly headers = new Map<string, string | string[]>()
  private body: string | null = null

  status(code: number): this {
    this.statusCode = code
    return this
  }

  getHeader(name: string): string | string[] | undefined {
    return this.headers.get(name)
  }

  setHeader(name: string, value: string | string[]): this {
    this.headers.set(name, value)
    return this
  }

  json(value: unknown): void {
    this.setHeader('Content-Type', 'application/json')
    this.body = JSON.stringify(value)
  }

  send(value: unknown): void {
    if (typeof value === 'object' && value !== null) this.json(value)
    else this.body = value === undefined ? null : String(value)
  }

  end(): void {
    this.body ??= null
  }

  toResponse(): Response {
    const response = new Response(this.body, { status: this.statusCode })
    for (const [name, value] of this.headers) {
      for (const single of Array.isArray(value) ? value : [value]) response.headers.append(name, single)
    }
    response.headers.set('Referrer-Policy', 'no-referrer')
    return response
  }
}

const formSchema = z.record(z.string(), z.unknown())

async function readForm(request: Request): Promise<Record<string, unknown>> {
  if (request.method !== 'POST') return {}
  const isJson = request.headers.get('content-type')?.includes('application/json')
  if (isJson) return formSchema.parse(await readJson(request))
  return Object.fromEntries(new URLSearchParams(await readText(request)))
}

/**
 * next-auth's own pages and calls under /api/auth. Its interface for API routes is used and not the one for route
 * handlers, because it takes the cookies as given: the other one picks every cookie whose name *starts* with ours, and
 * `cairn.session.3000` is the start of `cairn.session.30001`.
 */
export function handleAuth(request: Request, path: string[]): Promise<Response> {
  return answer(request, path).catch(errorResponse)
}

async function answer(request: Request, path: string[]): Promise<Response> {
  const origin = requireOwnOrigin(request.headers)
  if (!mayChange(request.method, request.headers, env().origins)) {
    throw new ApiError('cross_site', 'This request did not come from our own pages.')
  }
  const { host, protocol } = new URL(origin)
  const names = cookieNames(origin)
  const ours = new Set(Object.values(names))
  // Who comes back from a sign-in service comes in as that person, whoever was signed in here before.
  if (path[0] === 'callback') ours.delete(names.session)
  const collector = new AnswerCollector()
  const authRequest = {
    method: request.method,
    query: { ...Object.fromEntries(new URL(request.url).searchParams), nextauth: path },
    body: await readForm(request),
    cookies: Object.fromEntries([...readCookies(request.headers)].filter(([name]) => ours.has(name))),
    headers: {
      ...Object.fromEntries(request.headers),
      'x-forwarded-host': host,
      'x-forwarded-proto': protocol.slice(0, -1),
    },
  }
  const options = authOptions(origin, request.headers)
  // next-auth touches nothing of a request and an answer but what is given here.
  await nextAuth(authRequest as unknown as NextApiRequest, collector as unknown as NextApiResponse, options)
  return collector.toResponse()
}
