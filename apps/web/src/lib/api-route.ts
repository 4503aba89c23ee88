import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { ApiError, type ApiErrorBody, type Problem, statusOfErrorCode } from './api-error.ts'
import { isOverload } from './db.ts'
import { env } from './env.ts'
import { speakInSentences } from './input-sentence.ts'
import { log } from './log.ts'
import { countRequest } from './metrics.ts'
import { mayChange } from './origin-check.ts'

const BODY_BYTES_MAX = 4 * 1024 * 1024
const OVERLOAD_REST_SECONDS = 5
// Answers belong to one person, and some hold tickets.
const ANSWER_HEADERS = { 'Cache-Control': 'private, no-store', 'Referrer-Policy': 'no-referrer' }

// PostgreSQL keeps every character but U+0000; in JSON it stands behind an even number of backslashes.
const URL_NUL = /%00/
const JSON_NUL = /(?<!\\)(?:\\\\)*\\u0000/

speakInSentences()

interface RouteContext {
  params: Promise<Record<string, string | string[]>>
}
type RouteHandler = (request: Request, context: RouteContext) => Promise<Response>

/** What a route declares. A schema that is left out means: there is no such input, and the handler cannot see it. */
interface RouteSpec<User, Params, Query, Body> {
  /** `requireUser` or `requireAdmin` of features/auth, or nothing for a route that anybody may call. */
  user?: (headers: Headers) => Promise<User>
  params?: z.ZodType<Params>
  query?: z.ZodType<Query>
  body?: z.ZodType<Body>
  /** Of an answer that is a value; a handler may also give a whole Response. Default 200; undefined becomes 204. */
  status?: number
  handle(call: RouteCall<User, Params, Query, Body>): Promise<unknown>
}

interface RouteCall<User, Params, Query, Body> {
  request: Request
  user: User
  params: Params
  query: Query
  body: Body
}

/**
 * The one way in: checks the origin of changes, finds out who asks, checks every input, turns errors into
 * `application/problem+json` with a status, and writes one log line without query, headers and bodies.
 */
export function apiRoute<User = undefined, Params = undefined, Query = undefined, Body = undefined>(
  spec: RouteSpec<User, Params, Query, Body>,
): RouteHandler {
  return async (request, context) => {
    const startedAt = performance.now()
    const response = await answer(spec, request, context).catch(errorResponse)
    countRequest(request, response.status, (performance.now() - startedAt) / 1000)
    log().info({
      method: request.method,
      path: new URL(request.url).pathname,
      status: response.status,
      ms: Math.round(performance.now() - startedAt),
    })
    return response
  }
}

async function answer<User, Params, Query, Body>(
  spec: RouteSpec<User, Params, Query, Body>,
  request: Request,
  context: RouteContext,
): Promise<Response> {
  if (!mayChange(request.method, request.headers, env().origins)) {
    throw new ApiError('cross_site', 'This request did not come from our own pages.')
  }
  const user = await spec.user?.(request.headers)
  if (URL_NUL.test(request.url)) throw refusedNul()
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const result = await spec.handle({
    request,
    // Each is `undefined` exactly when its part of the spec is left out, and then its type is undefined too.
    user: user as User,
    params: spec.params?.parse(await context.params) as Params,
    query: spec.query?.parse(query) as Query,
    body: spec.body?.parse(await readJson(request)) as Body,
  })
  if (result instanceof Response) return result
  if (result === undefined) return new Response(null, { status: 204, headers: ANSWER_HEADERS })
  return Response.json(result, { status: spec.status ?? 200, headers: ANSWER_HEADERS })
}

/**
 * The body of a request as text. Throws too_large when it has more than 4 MiB, whatever was announced. What is too much
 * is let go by: a connection that was left in the middle of a body answers nothing after it.
 */
export async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size <= BODY_BYTES_MAX) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > BODY_BYTES_MAX) throw new ApiError('too_large', `A request may have ${BODY_BYTES_MAX} bytes at most.`)
  return Buffer.concat(chunks).toString('utf8')
}

function refusedNul(): ApiError {
  return new ApiError('invalid', 'No text can have the character U+0000.')
}

/** The same as JSON; throws bad_request when it is none. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request)
  if (JSON_NUL.test(text)) throw refusedNul()
  try {
    return JSON.parse(text)
  } catch (cause) {
    // biome-ignore lint/style/useErrorCause: the rule knows the cause only as the second argument.
    throw new ApiError('bad_request', 'The body of the request is not JSON.', { cause })
  }
}

/** The body for an error, for whole answers and for single items of a batch. Unexpected errors are logged here. */
export function errorBody(error: unknown): ApiErrorBody {
  if (error instanceof ApiError) {
    // A full drive (507) is news for its owner, not for who runs the server.
    const isOurFault = statusOfErrorCode[error.code] >= 500 && error.code !== 'quota_exceeded'
    if (isOurFault) logOnce(error, error.message)
    return error.toBody()
  }
  if (error instanceof z.ZodError) {
    const issue = error.issues[0]
    const field = issue?.path.join('.')
    return { code: 'invalid', message: issue?.message ?? 'The input is not valid.', ...(field ? { field } : {}) }
  }
  if (isOverload(error)) {
    logOnce(error, 'the database has too much to do')
    const detail = { retryAfterSeconds: OVERLOAD_REST_SECONDS }
    return new ApiError('busy', 'Too much is going on here at once. Try again in a moment.', { detail }).toBody()
  }
  logOnce(error, 'unexpected error')
  return { code: 'internal', message: 'Something went wrong on our side. Your files are safe.' }
}

/** One error may be the answer to each file of a batch: two hundred and fifty lines, of which one says something. */
const logged = new WeakSet<Error>()

function logOnce(error: unknown, message: string): void {
  if (error instanceof Error) {
    if (logged.has(error)) return
    logged.add(error)
  }
  log().error({ err: error }, message)
}

/** An error as the answer to a request: `application/problem+json` (RFC 9457). */
export function errorResponse(error: unknown): Response {
  const { detail: values, ...body } = errorBody(error)
  const status = statusOfErrorCode[body.code]
  const problem: Problem = {
    type: `urn:cairn:problem:${body.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: body.message,
    ...body,
    ...(values === undefined ? {} : { values }),
  }
  const headers = new Headers({ ...ANSWER_HEADERS, 'Content-Type': 'application/problem+json' })
  const retryAfter = values?.['retryAfterSeconds']
  if (retryAfter !== undefined) headers.set('Retry-After', String(retryAfter))
  return new Response(JSON.stringify(problem), { status, headers })
}
