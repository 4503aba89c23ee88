// Outside of these years ISO 8601 needs a sign, which neither PostgreSQL nor our schemas read.
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

export function isStorable(text: string): boolean {
  const ms = Date.parse(text)
  return ms >= FIRST_MS && ms <= LAST_MS
}

/** ISO 8601 of a date that anything on a disk may have: beyond the years 1 to 9999 the nearest moment in them. */
export function storableTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, FIRST_MS), LAST_MS)).toISOString()
}
