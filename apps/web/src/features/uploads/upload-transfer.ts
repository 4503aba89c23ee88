import type { DetailedError, HttpRequest, HttpResponse } from 'tus-js-client'
import type { SendPace } from './send-pace.ts'

/** Up to this size a file goes with the request that creates it: one round trip instead of two. */
export const SMALL_FILE_BYTES = 8 * 1024 * 1024
/** So small a file goes in one request at any speed. */
export const WHOLE_BYTES = 256 * 1024
export const STALLED_MS = 60_000

export type Place = {
  endpoint: string
  uploadUrl: string
  ticket: string
  ticketExpiresAt: string
  storageName: string
  /** When this page got the ticket, by its own clock. */
  receivedAt: number
}

export type Broken =
  | { kind: 'stopped' }
  | { kind: 'interrupted'; by: 'network' | 'storage' | 'server' }
  /** The ticket is too old, or the upload belongs to another storage by now. */
  | { kind: 'ticket' }
  /** The storage has said that it cannot write: its disk is full, or failed. */
  | { kind: 'unable' }
  /** The storage has nothing of this upload: it must be created again. */
  | { kind: 'gone' }
  | { kind: 'unreadable' }
  | { kind: 'refused'; code: string }

export type Sent = { kind: 'sent'; receipt: string | null } | Broken

/** A request that came through: what it brought, how long it took, and where the upload is now. */
type Chunk = { bytes: number; ms: number; offset: number }

type Transfer = {
  /** What is sent: a file, or a segment of it. */
  blob: Blob
  /** Where it is created; or its own address, when something of it may be at the storage already. */
  at: { endpoint: string; headers?: Record<string, string> } | { uploadUrl: string }
  ticket: string
  withCreation: boolean
  pace: SendPace
  onSent: (bytes: number) => void
  onAnswer?: (answer: HttpResponse) => void
  /** After each request. False: what is missing goes another way. */
  onChunk?: (chunk: Chunk) => boolean
  signal: AbortSignal
}

/**
 * One run of tus-js-client, from where the storage has it. Resuming names only the upload's own address: with an endpoint
 * too, tus-js-client answers any failed HEAD, even a 503, by creating anew and sending from the first byte.
 */
export async function transfer(wanted: Transfer): Promise<Sent | { kind: 'held' }> {
  const { blob, at, ticket, withCreation, pace, onSent, onAnswer, onChunk, signal } = wanted
  const Upload = await loadedClient()
  if (Upload === null) return { kind: 'interrupted', by: 'network' }
  return new Promise((resolve) => {
    let furthest = 0
    let startedAt = 0
    const chunkSize = pace.chunkBytes()
    const bodyBytes = (request: HttpRequest): number => {
      if (request.getMethod() === 'POST') return withCreation ? Math.min(chunkSize, blob.size) : 0
      return request.getMethod() === 'PATCH'
        ? Math.min(chunkSize, blob.size - Number(request.getHeader('Upload-Offset')))
        : 0
    }
    const settle = (result: Sent | { kind: 'held' }) => {
      watchdog.stop()
      signal.removeEventListener('abort', stop)
      resolve(result)
    }
    const upload = new Upload(blob, {
      ...('uploadUrl' in at ? { uploadUrl: at.uploadUrl } : { endpoint: at.endpoint }),
      headers: { ...('headers' in at ? at.headers : {}), Authorization: `Bearer ${ticket}` },
      chunkSize,
      uploadDataDuringCreation: withCreation,
      onBeforeRequest: async (request) => {
        watchdog.stop()
        await pace.take(bodyBytes(request), signal)
        watchdog.seen()
        startedAt = performance.now()
      },
      onAfterResponse: (_, response) => onAnswer?.(response),
      retryDelays: null,
      storeFingerprintForResuming: false,
      onProgress: (bytes) => {
        watchdog.seen()
        // Going back means that the browser sends the same bytes again: the storage is asked for its offset instead.
        if (bytes < furthest) end({ kind: 'interrupted', by: 'network' })
        furthest = bytes
        onSent(bytes)
      },
      onChunkComplete: (bytes, offset) => {
        const ms = performance.now() - startedAt
        if (offset < blob.size && onChunk?.({ bytes, ms, offset }) === false) end({ kind: 'held' })
      },
      onSuccess: ({ lastResponse }) =>
        settle({ kind: 'sent', receipt: lastResponse.getHeader('Cairn-Receipt') ?? null }),
      onError: (error) => void whatBroke(error, blob).then(settle),
    })
    const end = (result: Broken | { kind: 'held' }) => {
      void upload.abort()
      settle(result)
    }
    const stop = () => end({ kind: 'stopped' })
    const watchdog = stallWatchdog(() => end({ kind: 'interrupted', by: 'network' }))
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop)
    upload.start()
  })
}

/** Null: it could not be fetched, because there is no network or a new version was installed. */
async function loadedClient() {
  try {
    return (await import('tus-js-client')).Upload
  } catch {
    return null
  }
}

function stallWatchdog(onStalled: () => void) {
  let timer = setTimeout(onStalled, STALLED_MS)
  return {
    seen: () => {
      clearTimeout(timer)
      timer = setTimeout(onStalled, STALLED_MS)
    },
    stop: () => clearTimeout(timer),
  }
}

async function whatBroke(error: Error | DetailedError, blob: Blob): Promise<Broken> {
  const response = 'originalResponse' in error ? error.originalResponse : null
  if (response !== null) return brokenByStatus(response.getStatus(), response)
  return (await isReadable(blob)) ? { kind: 'interrupted', by: 'network' } : { kind: 'unreadable' }
}

export function brokenByStatus(status: number, response?: Pick<HttpResponse, 'getBody'>): Broken {
  if (status === 401 || status === 403 || status === 410) return { kind: 'ticket' }
  if (status === 404) return { kind: 'gone' }
  if (status === 500 || status === 507) return { kind: 'unable' }
  const mayPass = status >= 500 || [408, 409, 423, 425, 429].includes(status)
  if (mayPass) return { kind: 'interrupted', by: 'storage' }
  return { kind: 'refused', code: refusalCode(response?.getBody() ?? '') ?? String(status) }
}

function refusalCode(body: string): string | null {
  return /"code"\s*:\s*"([a-z0-9_]{1,40})"/.exec(body)?.[1] ?? null
}

/** Browsers report a file that changed or vanished as a network error; only reading it tells. */
export async function isReadable(blob: Blob): Promise<boolean> {
  try {
    await blob.slice(Math.max(0, blob.size - 1)).arrayBuffer()
    return true
  } catch (error) {
    if (error instanceof DOMException) return false
    throw error
  }
}
