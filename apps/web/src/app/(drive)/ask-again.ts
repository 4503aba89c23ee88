import type { Query, QueryClient } from '@tanstack/react-query'
import { ApiFailure, Unreachable } from '../../lib/call-api.ts'

const LOOK_EVERY_MS = 5000

/**
 * Loads what did not load because nobody answered, as soon as somebody does. What is shown of the failure stands still
 * meanwhile: a small request looks for the server. Call what is returned to end it.
 */
export function askAgainWhenBack(client: QueryClient): () => void {
  const cache = client.getQueryCache()
  const ended = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  const watch = () => {
    timer ??= setTimeout(look, LOOK_EVERY_MS)
  }
  const look = async () => {
    const isBack = await answers(ended.signal)
    timer = undefined
    if (ended.signal.aborted) return
    if (isBack) await client.refetchQueries({ type: 'active', predicate: isWaiting })
    if (cache.findAll({ type: 'active', predicate: isWaiting }).length > 0) watch()
  }
  const unsubscribe = cache.subscribe(({ type, query }) => {
    if (type === 'updated' && isWaiting(query)) watch()
  })
  return () => {
    unsubscribe()
    ended.abort()
    clearTimeout(timer)
  }
}

async function answers(signal: AbortSignal): Promise<boolean> {
  try {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(LOOK_EVERY_MS)])
    return !isGatewayError((await fetch('/api/me', { cache: 'no-store', signal: stop })).status)
  } catch {
    return false
  }
}

function isWaiting({ state: { status, error } }: Query): boolean {
  return (
    status === 'error' &&
    (error instanceof Unreachable || (error instanceof ApiFailure && isGatewayError(error.status)))
  )
}

/** What a proxy answers for a server that is away. */
function isGatewayError(status: number): boolean {
  return status >= 502 && status <= 504
}
