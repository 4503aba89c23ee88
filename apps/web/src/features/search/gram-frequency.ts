import { db } from '../../lib/db.ts'
import { processWide } from '../../lib/process-wide.ts'

const FRESH_MS = 600_000

interface Known {
  at: number
  rows: number
  frequencies: ReadonlyMap<string, number>
}

/** The numbers of pieces in the search index. Each person has other ones, so that there is a list for each of them. */
export async function searchKeys(ownerId: string, grams: readonly string[]): Promise<bigint[]> {
  const [row] = await db().$queryRaw<[{ keys: bigint[] }]>`SELECT search_keys(${ownerId}, ${[...grams]}) AS keys`
  return row.keys
}

/**
 * How many entries at most have all of these keys, as far as the statistics of PostgreSQL know: it remembers the most
 * frequent ones. Zero: not among those.
 */
export async function frequencyOf(keys: readonly bigint[]): Promise<number> {
  const cache = processWide<{ known: Promise<Known> | null; at: number }>('search.grams', () => ({
    known: null,
    at: 0,
  }))
  if (cache.known === null || Date.now() - cache.at > FRESH_MS) {
    cache.at = Date.now()
    cache.known = read()
    // The next search asks again.
    cache.known.catch(() => {
      cache.known = null
    })
  }
  const { rows, frequencies } = await cache.known
  const shares = keys.map((key) => frequencies.get(String(key)) ?? 0)
  return rows * Math.min(1, ...shares)
}

async function read(): Promise<Known> {
  const [found] = await db().$queryRaw<{ rows: number; elements: string[] | null; shares: number[] | null }[]>`
    SELECT c.reltuples AS rows, s.most_common_elems::text::text[] AS elements, s.most_common_elem_freqs AS shares
    FROM pg_class c LEFT JOIN pg_stats s
      ON s.schemaname = current_schema() AND s.tablename = 'entry_search'
    WHERE c.oid = 'entry'::regclass`
  // Behind the shares of the elements come their least, their greatest, and that of NULL.
  const frequencies = new Map((found?.elements ?? []).map((key, index) => [key, found?.shares?.[index] ?? 0]))
  return { at: Date.now(), rows: Math.max(0, found?.rows ?? 0), frequencies }
}
