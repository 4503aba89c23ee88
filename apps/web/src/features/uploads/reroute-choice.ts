/** So much may be sent again without asking for patience first: what a copy lags behind, and what was under way. */
export const SENT_AGAIN_BYTES = 64 * 1024 * 1024

interface Situation {
  /** The storage that the upload is at. */
  own: string
  /** How many bytes of the upload each storage has that answered. */
  parts: ReadonlyMap<string, number>
  /** Bytes that the browser has sent to its storage. */
  sent: number
  /** The browser has waited for long. */
  isImpatient: boolean
}

/**
 * The storage that an upload goes on at, whose browser has lost its own; 'anywhere': from the first byte, wherever there is room; null:
 * it waits. The web server's own look decides whether a storage is away: one that answers is left only when the browser has waited long.
 */
export function choosePlace({ own, parts, sent, isImpatient }: Situation): string | 'anywhere' | null {
  const best = bestOf([...parts].filter(([id]) => id !== own))
  const there = parts.get(own)
  const isEnough = best !== null && best.bytes > 0 && best.bytes >= Math.max(sent, there ?? 0) - SENT_AGAIN_BYTES
  if (there !== undefined) return isImpatient && isEnough ? best.id : own
  if (isEnough) return best.id
  if (sent <= SENT_AGAIN_BYTES) return 'anywhere'
  if (!isImpatient) return null
  return best !== null && best.bytes > 0 ? best.id : 'anywhere'
}

function bestOf(parts: readonly (readonly [string, number])[]): { id: string; bytes: number } | null {
  let best: { id: string; bytes: number } | null = null
  for (const [id, bytes] of parts) if (best === null || bytes > best.bytes) best = { id, bytes }
  return best
}
