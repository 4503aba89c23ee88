const FIRST_MS = 1_000
const LONGEST_MS = 120_000

/**
 * How long to wait before the next attempt, in ms: doubling from 1 s up to 2 min, for ever. A random part of up to a
 * half keeps the files of one broken connection, and many browsers, from coming back in the same instant.
 */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10))
  return Math.round(full * (0.5 + random / 2))
}
