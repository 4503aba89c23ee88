import { Prisma } from '../../generated/prisma/client.ts'
import { db } from '../../lib/db.ts'
import { frequenciesOf } from './key-frequency.ts'
import { eraCount, lastEras, type TraitSet } from './traits.ts'

export interface Candidate {
  id: bigint
  kind: number
  name: string
  modified_at: Date
}

export const candidateColumns = Prisma.sql`e.id, e.kind::int, e.name, e.modified_at`

/** What entries must have to be looked at. */
export interface Sought {
  ownerId: string
  /** Pieces of the name, all of them. */
  grams: readonly string[]
  /** One of each of these. */
  traits: readonly TraitSet[]
  /** The rest: conditions on `e`, each behind an AND. */
  filters: Prisma.Sql
  /** The part of a person's entries that fits the rest; 0 where nobody knows which part. */
  share: number
}

// More lists of the index make the result no smaller and cost their reading.
const LOOKED_UP_MAX = 4
// So many more than wanted are read, because the newest entries are never an even share of all.
const MARGIN = 1.3
const [NEXT_STRETCH_MIN, NEXT_STRETCH_MAX] = [2, 8]
const ERAS_MAX = 256

/**
 * Up to `limit` entries, the newest of those there are. What far more entries have than are wanted is read era by era
 * from the newest on: the index tells the newest apart, and each entry that is read is a page of the disk.
 */
export async function newestFound(sought: Sought, limit: number): Promise<Candidate[]> {
  const { lookedUp, expected } = await plan(sought)
  const reading = { ...sought, lookedUp }
  if (expected > stretchFor(limit)) {
    const newest = await newestId()
    const all = eraCount(newest)
    let eras = Math.ceil((all * stretchFor(limit)) / (expected * sought.share))
    while (eras <= Math.min(ERAS_MAX, all / 2)) {
      const found = await read({ ...reading, traits: [...sought.traits, lastEras(newest, eras)] }, limit)
      if (found.length === limit) return found
      const longer = stretchFor(limit) / Math.max(1, found.length)
      eras = Math.ceil(eras * Math.max(NEXT_STRETCH_MIN, Math.min(NEXT_STRETCH_MAX, longer)))
    }
  }
  return await read(reading, limit)
}

/** How many entries with the words must be read for this many that fit everything. */
export const stretchFor = (limit: number) => limit * MARGIN

/** About how many entries the index has for the words and traits. */
export async function expectedHits(sought: Sought): Promise<number> {
  return (await plan(sought)).expected
}

async function plan({ ownerId, grams, traits }: Sought): Promise<{ lookedUp: string[]; expected: number }> {
  const { rows, ofGrams, ofTraits } = await frequenciesOf(ownerId, grams, traits)
  const shareOf = (...names: TraitSet['trait'][]) =>
    traits.reduce((share, { trait }, index) => (names.includes(trait) ? share * (ofTraits[index] ?? 1) : share), 1)
  const rarest = grams
    .map((gram, index) => ({ gram, share: ofGrams[index] ?? 0 }))
    .toSorted((a, b) => a.share - b.share)
    .slice(0, LOOKED_UP_MAX)
  // When something was changed has little to do with its size; words and kinds have much to do with each other and with both.
  const shares = [...rarest.map(({ share }) => share), shareOf('kind'), shareOf('size', 'month')]
  const expected = Math.max(1, rows * Math.min(...shares))
  return { lookedUp: rarest.map(({ gram }) => gram), expected }
}

async function newestId(): Promise<bigint> {
  const [{ id }] = await db().$queryRaw<[{ id: bigint }]>`SELECT max(id) AS id FROM entry`
  return id
}

async function read(sought: Sought & { lookedUp: readonly string[] }, limit: number): Promise<Candidate[]> {
  return await db().$queryRaw<Candidate[]>`
    ${foundByIndex(sought)} SELECT id, kind, name, modified_at FROM found ORDER BY id DESC LIMIT ${limit}`
}

/**
 * What the search index finds for words stands alone. With the other conditions or the LIMIT beside it, the planner takes a
 * walk over everything that a person has, or over the whole table, for cheap. Filters alone may have a better index.
 */
export function foundByIndex(sought: Sought & { lookedUp: readonly string[] }): Prisma.Sql {
  const { ownerId, grams, lookedUp, filters } = sought
  const isRest = lookedUp.length < grams.length
  const others = Prisma.sql`AND e.owner_id = ${ownerId} AND e.parent_id IS NOT NULL ${filters}`
  return Prisma.sql`
    WITH looked_up AS MATERIALIZED (
      SELECT id, owner_id, parent_id, kind::int, name, category, size, modified_at
        ${isRest ? Prisma.sql`, grams` : Prisma.empty}
      FROM entry e WHERE ${keyConditions(sought)} AND trash_id IS NULL ${grams.length === 0 ? others : Prisma.empty}
    ), found AS (
      SELECT ${candidateColumns} FROM looked_up e
      WHERE TRUE ${others} ${isRest ? Prisma.sql`AND e.grams @> ${[...grams]}` : Prisma.empty}
    )`
}

function keyConditions({ ownerId, lookedUp, traits }: Sought & { lookedUp: readonly string[] }): Prisma.Sql {
  const keys = Prisma.sql`entry_search_keys(e.owner_id, e.grams, e.id, e.category, e.size, e.modified_at)`
  const conditions = traits.map(
    ({ trait, numbers }) => Prisma.sql`${keys} && trait_keys(${ownerId}, ${trait}, ${numbers}::int[])`,
  )
  if (lookedUp.length > 0) conditions.push(Prisma.sql`${keys} @> search_keys(${ownerId}, ${[...lookedUp]})`)
  return Prisma.join(conditions, ' AND ')
}
