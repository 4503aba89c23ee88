const FIRST_DELAY_MS = 30_000
const LONGEST_DELAY_MS = 60 * 60_000

/** When to try again after so many failed attempts: 30 s, 1 min, 2 min … one hour. */
export function retryAt(attempts: number, nowMs: number): Date {
  return new Date(nowMs + Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts))
}

/** An error for the column `last_error`, which people read. */
export function errorText(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500)
}
