import { UploadError } from '@cairn/dfs-tus'
import type { DiskPartStore } from './disk-part-store.ts'

const SWEEP_MS = 3600 * 1000

interface ExpiryLogger {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** Removes the parts that nobody has written to for 14 days, and what ledgers no longer need, once an hour. Returns how to stop. */
export function startExpiry(parts: DiskPartStore, logger: ExpiryLogger): () => void {
  const sweep = () => {
    sweepExpired(parts, Date.now())
      .then((removed) => {
        if (removed.length > 0) logger.info({ removed }, 'expired uploads were removed')
        return parts.ledgers.compact()
      })
      .then((ledgers) => {
        if (ledgers > 0) logger.info({ ledgers }, 'ledgers of uploads were rewritten')
      })
      .catch((error) => logger.error({ err: error }, 'expired uploads could not be swept'))
  }
  const timer = setInterval(sweep, SWEEP_MS)
  timer.unref()
  sweep()
  return () => clearInterval(timer)
}

/** One sweep. An upload that is written to, or ends in another way, meanwhile stays out of it. */
async function sweepExpired(parts: DiskPartStore, nowMs: number): Promise<string[]> {
  const { slots } = parts
  const removed: string[] = []
  for (const upl of parts.expired(nowMs)) {
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
