import type { RatePoint } from './schema.ts'

/** The store path whose disk had most to do; null when that of none is known. */
export function busiest(busy: RatePoint['busy']): { path: string; share: number } | null {
  const known = busy.flatMap(({ path, share }) => (share === null ? [] : [{ path, share }]))
  return known.toSorted((a, b) => b.share - a.share)[0] ?? null
}
