import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { processWide } from '../../lib/process-wide.ts'
import type { TraitSet } from './traits.ts'

const FRESH_MS = 600_000

interface Known {
  rows: number
  shares: ReadonlyMap<string, number>
  /** Of all others. */
  atMost: number
}

/** How many entries there are, and the share of them that has each piece, and one of each set of traits. */
export interface Frequencies {
  rows: number
  ofGrams: number[]
  ofTraits: number[]
}

/**
 * As far as the statistics of PostgreSQL know: they remember the most frequent keys of the search index. All others are
 * taken for as frequent as the least frequent of those.
 */
export async function frequenciesOf(
  ownerId: string,
  grams: readonly string[],
  traits: readonly TraitSet[],
): Promise<Frequencies> {
  const { rows, shares, atMost } = await knownShares()
  const sets = [
    Prisma.sql`search_keys(${ownerId}, ${[...grams]})`,
    ...traits.map(({ trait, numbers }) => Prisma.sql`trait_keys(${ownerId}, ${trait}, ${numbers}::int[])`),
  ].map((keys, n) => Prisma.sql`(${n}::int, ${keys})`)
  const found = await db().$queryRaw<{ keys: bigint[] }[]>`
    SELECT keys FROM (VALUES ${Prisma.join(sets)}) s(n, keys) ORDER BY n`
  const [ofGrams = [], ...ofTraits] = found.map(({ keys }) => keys.map((key) => shares.get(String(key)) ?? atMost))
  return { rows, ofGrams, ofTraits: ofTraits.map((set) => set.reduce((sum, share) => sum + share, 0)) }
}

async function knownShares(): Promise<Known> {
  const cache = processWide<{ known: Promise<Known> | null; at: number }>('search.keys', () => ({ known: null, at: 0 }))
  if (cache.known === null || Date.now() - cache.at > FRESH_MS) {
    cache.at = Date.now()
    cache.known = read()
    // The next search asks again.
    cache.known.catch(() => {
      cache.known = null
    })
  }
  return await cache.known
}

async function read(): Promise<Known> {
  const [found] = await db().$queryRaw<{ rows: number; elements: string[] | null; shares: number[] | null }[]>`
    SELECT c.reltuples AS rows, s.most_common_elems::text::text[] AS elements, s.most_common_elem_freqs AS shares
    FROM pg_class c LEFT JOIN pg_stats s
      ON s.schemaname = current_schema() AND s.tablename = 'entry_search'
    WHERE c.oid = 'entry'::regclass`
  const elements = found?.elements ?? []
  const shares = new Map(elements.map((key, index) => [key, found?.shares?.[index] ?? 0]))
  // Behind the shares of the elements come their least, their greatest, and that of NULL.
  return { rows: Math.max(0, found?.rows ?? 0), shares, atMost: found?.shares?.[elements.length] ?? 0 }
}
