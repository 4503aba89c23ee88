import { log } from '../../../lib/log.ts'

// A connection that a proxy cuts after a minute of silence would start anew for nothing.
const CHECK_EVERY_MS = 3000
const MISSED_MAX = 15

interface LiveState {
  /** Tells each new state from now on, until what it returns is called. */
  listen(listener: (view: unknown) => void): () => void
  isAllowed(): Promise<boolean>
  signal: AbortSignal
}

/**
 * A state as server-sent events, for as long as the browser listens and `isAllowed` says yes: it is asked again every
 * few seconds, so that a stream ends with its session. Each event is the whole state, so whoever reads slowly misses
 * those that come while one waits for him, and who reads none of fifteen is let go: nothing piles up.
 */
export function eventStream({ listen, isAllowed, signal }: LiveState): Response {
  const encoder = new TextEncoder()
  let stop = (): void => undefined
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      let missed = 0
      const unlisten = listen((view) => {
        missed = (controller.desiredSize ?? 0) > 0 ? 0 : missed + 1
        if (missed === 0) controller.enqueue(encoder.encode(`data: ${JSON.stringify(view)}\n\n`))
        else if (missed === MISSED_MAX) end()
      })
      const check = setInterval(() => {
        isAllowed().then(
          (allowed) => {
            if (!allowed) end()
          },
          (error: unknown) => {
            log().warn({ err: error }, 'the session of a live page cannot be checked')
            end()
          },
        )
      }, CHECK_EVERY_MS)
      let isOver = false
      stop = () => {
        isOver = true
        clearInterval(check)
        unlisten()
      }
      const end = () => {
        if (isOver) return
        stop()
        controller.close()
      }
      signal.addEventListener('abort', () => stop(), { once: true })
      if (signal.aborted) stop()
    },
    cancel: () => stop(),
  })
  return new Response(stream, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'private, no-store, no-transform',
      'X-Accel-Buffering': 'no',
      'Referrer-Policy': 'no-referrer',
    },
  })
}
