/** A running average of bytes per second. `bytes` and `at` (ms) are the last sample. */
export type Speed = { bytesPerSecond: number; bytes: number; at: number }

const MEMORY_MS = 4_000
const STALE_MS = 15_000
const STEADY = 0.15
/** What would take longer stands rather than moves, and nobody can tell how long it will. */
const SECONDS_LEFT_MAX = 7 * 24 * 3600

/**
 * Adds a sample of a growing byte count. Old samples fade with a time constant of 4 s, so that one slow chunk does not
 * make the number jump; after a long silence (a pause, a lost network) the average begins anew.
 */
export function sampleSpeed(previous: Speed | null, bytes: number, now: number): Speed {
  if (previous === null || now - previous.at > STALE_MS || bytes < previous.bytes) {
    return { bytesPerSecond: 0, bytes, at: now }
  }
  const elapsed = now - previous.at
  if (elapsed <= 0) return previous
  const current = ((bytes - previous.bytes) * 1000) / elapsed
  if (previous.bytesPerSecond === 0) return { bytesPerSecond: current, bytes, at: now }
  const weight = 1 - Math.exp(-elapsed / MEMORY_MS)
  return { bytesPerSecond: previous.bytesPerSecond + weight * (current - previous.bytesPerSecond), bytes, at: now }
}

/**
 * Seconds left that run down like a clock. A new estimate within 15% of what the clock says is noise and is ignored;
 * a larger difference is approached by a third of the way at each sample. null: nobody can tell.
 */
export function steadySecondsLeft(
  previous: number | null,
  estimate: number | null,
  elapsedSeconds: number,
): number | null {
  if (estimate === null || Number.isNaN(estimate) || estimate > SECONDS_LEFT_MAX) return null
  if (previous === null) return estimate
  const clock = Math.max(0, previous - elapsedSeconds)
  const difference = estimate - clock
  if (Math.abs(difference) <= Math.max(1, STEADY * clock)) return clock
  return clock + difference / 3
}
