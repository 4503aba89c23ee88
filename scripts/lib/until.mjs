import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 50

/**
 * Calls `check` until it answers something true, and returns that. Throws after `timeoutMs`, with the last error that
 * `check` threw as cause; throws the reason of `signal` when that is aborted.
 * @template T
 * @param {() => T | Promise<T>} check
 * @param {{ what: string, timeoutMs?: number, signal?: AbortSignal }} options
 */
export async function until(check, { what, timeoutMs = 30_000, signal }) {
  const deadline = Date.now() + timeoutMs
  let cause
  while (Date.now() < deadline) {
    signal?.throwIfAborted()
    try {
      const answer = await check()
      if (answer) return answer
    } catch (error) {
      cause = error
    }
    await delay(POLL_MS)
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} s`, { cause })
}
