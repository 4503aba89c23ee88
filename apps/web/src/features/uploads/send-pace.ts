/**
 * Chromium sends a request again by itself when a kept-alive connection breaks before the answer: the whole body, from
 * its first byte, although the storage has a part of it. What is sent twice stays below this size.
 */
const LARGEST_CHUNK = 6 * 1024 * 1024
const SMALLEST_CHUNK = 64 * 1024

/** Keeps everything that is sent together below a speed: who wants to send more waits until the line is free again. */
export class SendPace {
  #bytesPerSecond: number | null = null
  #freeAt = 0

  set(bytesPerSecond: number | null): void {
    this.#bytesPerSecond = bytesPerSecond
    this.#freeAt = 0
  }

  get isLimited(): boolean {
    return this.#bytesPerSecond !== null
  }

  /** What is sent in one request: half a second's worth, so that a slow limit is no row of long silences. */
  chunkBytes(): number {
    const half = (this.#bytesPerSecond ?? Number.POSITIVE_INFINITY) / 2
    return Math.round(Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, half)))
  }

  /** Resolves when so many bytes may be sent. Rejects with the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#bytesPerSecond === null) return
    const now = Date.now()
    const mayStart = Math.max(now, this.#freeAt)
    this.#freeAt = mayStart + (1000 * bytes) / this.#bytesPerSecond
    if (mayStart > now) await pause(mayStart - now, signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
