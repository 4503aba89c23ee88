import type { ApiErrorBody, Problem } from './api-error.ts'

const READ_TIMEOUT_MS = 20_000

/** The server refused: it said why. */
export class ApiFailure extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly detail: Record<string, string | number>
  readonly extra: object

  constructor(status: number, body: ApiErrorBody) {
    super(`${status} ${body.code}: ${body.message}`)
    this.name = 'ApiFailure'
    this.status = status
    this.code = body.code
    this.field = body.field
    this.detail = body.detail ?? {}
    this.extra = body.extra ?? {}
  }
}

/** There was no answer, or none in time; whether the request did something is not known. */
export class Unreachable extends Error {
  readonly timedOut: boolean

  constructor(cause: unknown) {
    super('The server did not answer', { cause })
    this.name = 'Unreachable'
    this.timedOut = cause instanceof DOMException && cause.name === 'TimeoutError'
  }
}

type Call = { method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'; body?: unknown; signal?: AbortSignal; keepalive?: boolean }

/** One request to the JSON API of this origin. Throws ApiFailure, Unreachable, or the signal's own AbortError. */
export async function callApi<Answer>(
  path: string,
  { method = 'GET', body, signal, keepalive }: Call = {},
): Promise<Answer> {
  const signals = [AbortSignal.timeout(READ_TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]
  const response = await fetch(path, {
    method,
    signal: AbortSignal.any(signals),
    ...(keepalive === true ? { keepalive } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause
    throw new Unreachable(cause)
  })
  if (!response.ok) throw new ApiFailure(response.status, await errorBody(response))
  if (response.status === 204) return undefined as Answer
  // The server built this answer from the same schema the type comes from.
  return (await response.json().catch((cause: unknown) => {
    throw new Unreachable(cause)
  })) as Answer
}

async function errorBody(response: Response): Promise<ApiErrorBody> {
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'code' in body) {
    // The server builds every refusal in this form.
    const { code, message, field, values, extra } = body as Problem
    return {
      code,
      message,
      ...(field === undefined ? {} : { field }),
      ...(values ? { detail: values } : {}),
      ...(extra ? { extra } : {}),
    }
  }
  return { code: 'internal', message: response.statusText }
}
