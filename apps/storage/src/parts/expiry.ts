import { UploadError } from '@cairn/dfs-tus'
import type { DiskPartStore } from './disk-part-store.ts'

const SWEEP_MS = 3600 * 1000

interface ExpiryLogger {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/**
 * Removes the parts that nobody has written to for 14 days, and what ledgers no longer need, once an hour. Returns how to
 * stop: nothing is removed any more when that resolves.
 */
export function startExpiry(parts: DiskPartStore, logger: ExpiryLogger): () => Promise<void> {
  const stop = new AbortController()
  let sweeping: Promise<unknown> = Promise.resolve()
  const sweep = () => {
    const swept = sweepExpired(parts, Date.now(), stop.signal)
    sweeping = Promise.allSettled([swept])
    swept
      .then((removed) => {
        if (removed.length > 0) logger.info({ removed }, 'expired uploads were removed')
        return stop.signal.aborted ? 0 : parts.ledgers.compact()
      })
      .then((ledgers) => {
        if (ledgers > 0) logger.info({ ledgers }, 'ledgers of uploads were rewritten')
      })
      .catch((error) => logger.error({ err: error }, 'expired uploads could not be swept'))
  }
  const timer = setInterval(sweep, SWEEP_MS)
  timer.unref()
  sweep()
  return async () => {
    clearInterval(timer)
    stop.abort()
    await sweeping
  }
}

/** One sweep. An upload that is written to, or ends in another way, meanwhile stays out of it. */
async function sweepExpired(parts: DiskPartStore, nowMs: number, stop: AbortSignal): Promise<string[]> {
  const { slots } = parts
  const removed: string[] = []
  for (const upl of parts.expired(nowMs)) {
    if (stop.aborted) break
    if (slots.has(upl)) continue
    const release = await slots.acquire(upl, () => undefined)
    try {
      await parts.remove(upl)
      removed.push(upl)
    } catch (error) {
      if (!(error instanceof UploadError)) throw error
    } finally {
      release()
    }
  }
  return removed
}
