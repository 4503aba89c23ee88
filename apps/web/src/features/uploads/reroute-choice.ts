/** So much may be sent again without asking for patience first: what a copy lags behind, and what was under way. */
export const SENT_AGAIN_BYTES = 64 * 1024 * 1024
/** A storage that answers the web server and not the browser: so long its line may be broken and come back. */
export const SHUT_OUT_SECONDS = 60
/** So long an upload waits before much of it is sent again. */
export const PATIENCE_SECONDS = 600

interface Situation {
  /** The storage that the upload is at. */
  own: string
  /** How many bytes of the upload each storage has that answered. */
  parts: ReadonlyMap<string, number>
  /** Bytes that the browser has sent to its storage. */
  sent: number
  /** So long the storage has not answered the browser. */
  silentSeconds: number
}

/**
 * The storage that an upload goes on at, whose browser has lost its own; 'anywhere': from the first byte, wherever there is room; null:
 * it waits. The web server's own look decides whether a storage is away. One that answers here is left after a minute where that costs
 * little, and where it costs much after ten; at once when it has lost what another one has.
 */
export function choosePlace({ own, parts, sent, silentSeconds }: Situation): string | 'anywhere' | null {
  const best = bestOf([...parts].filter(([id]) => id !== own))
  const there = parts.get(own)
  const isEnough = best !== null && best.bytes > 0 && best.bytes >= Math.max(sent, there ?? 0) - SENT_AGAIN_BYTES
  const isCheap = isEnough || sent <= SENT_AGAIN_BYTES
  const isPatient = silentSeconds < PATIENCE_SECONDS
  if (there === 0 && best !== null && best.bytes > 0) return best.id
  if (there !== undefined) {
    const stays = isCheap ? silentSeconds < SHUT_OUT_SECONDS : isPatient
    return stays || best === null ? own : best.id
  }
  if (isEnough) return best.id
  if (isCheap) return 'anywhere'
  if (isPatient) return null
  return best !== null && best.bytes > 0 ? best.id : 'anywhere'
}

function bestOf(parts: readonly (readonly [string, number])[]): { id: string; bytes: number } | null {
  let best: { id: string; bytes: number } | null = null
  for (const [id, bytes] of parts) if (best === null || bytes > best.bytes) best = { id, bytes }
  return best
}
