/** Bodies up to this size are gathered in memory and written under their final name at once. */
export const WHOLE_BODY_BYTES_MAX = 64 * 1024
const KEPT_MAX = 64

const kept: Buffer[] = []

/** A buffer of WHOLE_BODY_BYTES_MAX; its content is left over from its last use. */
export function takeBodyBuffer(): Buffer {
  return kept.pop() ?? Buffer.allocUnsafeSlow(WHOLE_BODY_BYTES_MAX)
}

export function giveBodyBuffer(buffer: Buffer): void {
  if (kept.length < KEPT_MAX) kept.push(buffer)
}
