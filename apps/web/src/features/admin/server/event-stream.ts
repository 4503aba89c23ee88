import { log } from '../../../lib/log.ts'
import { listen } from './live.ts'

// A connection that a proxy cuts after a minute of silence would start anew for nothing.
const CHECK_EVERY_MS = 3000

/**
 * The state of the cluster as server-sent events, for as long as the browser listens and `isAllowed` says yes: it is
 * asked again every few seconds, so that a stream ends with its session.
 */
export function eventStream(isAllowed: () => Promise<boolean>, signal: AbortSignal): Response {
  const encoder = new TextEncoder()
  let stop = (): void => undefined
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const unlisten = listen((view) => controller.enqueue(encoder.encode(`data: ${JSON.stringify(view)}\n\n`)))
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
