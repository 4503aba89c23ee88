const FIRST_MS = 200
const EARLY_MAX_MS = 1000
const EARLY_TRIES = 30
const LATE_MS = 5000

/**
 * Pause before the next try after `failures` in a row: at most a second at first (a server that restarts is back soon),
 * later five.
 */
export function retryDelayMs(failures: number): number {
  if (failures > EARLY_TRIES) return LATE_MS
  return Math.min(EARLY_MAX_MS, FIRST_MS * 2 ** Math.max(0, failures - 1))
}
