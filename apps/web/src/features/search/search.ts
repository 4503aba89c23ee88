import { db } from '../../lib/db.ts'
import { pathsOf } from '../../lib/entries/entry-paths.ts'
import { KIND_FOLDER, loadItems } from '../../lib/entries/entry-rows.ts'
import { folded } from '../../lib/entries/folded.ts'
import { matchName, type Nearness, nearnessOf } from '../../lib/entries/match-name.ts'
import { findCandidates, type Reach, type Wanted } from './find-candidates.ts'
import { isEmptyQuery, parseQuery } from './parse-query.ts'
import type { Hit, SearchPage, SearchRequest } from './schema.ts'
import type { Candidate } from './search-index.ts'

const PAGE_SIZE = 20
/** Each entry that is looked at may be a page of the disk: far is only looked when somebody comes to the end of near. */
const NEAR: Reach = { newest: 60, beginnings: 30 }
const FAR: Reach = { newest: 500, beginnings: 200 }

type Ranked = Candidate & { nearness: Nearness; exact: boolean }

/** Entries whose names have everything that was typed: what begins with it first, then the newest. */
export async function search(ownerId: string, { q, folder, cursor = 0 }: SearchRequest): Promise<SearchPage> {
  const query = parseQuery(q)
  if (isEmptyQuery(query)) return { items: [], found: 0, more: false, nextCursor: null }
  const { ranked, more } = await findRanked({ ownerId, query, folderId: folder }, cursor + PAGE_SIZE)
  const next = cursor + PAGE_SIZE
  return {
    items: await describe(ranked.slice(cursor, next), query.texts),
    found: ranked.length,
    more,
    nextCursor: next < ranked.length || (more && next === ranked.length) ? String(next) : null,
  }
}

/** At least so many where there are as many. What is near comes first, so that pages follow each other. */
async function findRanked(wanted: Omit<Wanted, 'reach'>, count: number): Promise<{ ranked: Ranked[]; more: boolean }> {
  const { texts } = wanted.query
  const near = await findCandidates({ ...wanted, reach: NEAR })
  const first = rank(near, texts)
  if (near.length < NEAR.newest) return { ranked: first, more: false }
  if (first.length >= count) return { ranked: first, more: true }
  const far = await findCandidates({ ...wanted, reach: FAR })
  const known = new Set(near.map(({ id }) => id))
  const others = far.filter(({ id }) => !known.has(id))
  return { ranked: [...first, ...rank(others, texts)], more: far.length >= FAR.newest }
}

function rank(candidates: readonly Candidate[], texts: readonly string[]): Ranked[] {
  const wanted = texts.map(folded)
  const whole = wanted.length === 1 ? wanted[0] : undefined
  const found = candidates.flatMap((candidate): Ranked[] => {
    const nearness = nearnessOf(candidate.name, wanted)
    return nearness === null
      ? []
      : [{ ...candidate, nearness, exact: nearness === 0 && isWhole(candidate.name, whole) }]
  })
  return found.sort(compare)
}

/** The whole name, or all of it but its ending. */
function isWhole(name: string, text: string | undefined): boolean {
  if (text === undefined) return false
  const key = folded(name)
  return key === text || (key.startsWith(`${text}.`) && !key.slice(text.length + 1).includes('.'))
}

function compare(a: Ranked, b: Ranked): number {
  if (a.exact !== b.exact) return a.exact ? -1 : 1
  if (a.nearness !== b.nearness) return a.nearness - b.nearness
  if (a.kind !== b.kind && a.exact) return a.kind === KIND_FOLDER ? -1 : 1
  const newer = b.modified_at.getTime() - a.modified_at.getTime()
  return newer !== 0 ? newer : Number(b.id - a.id)
}

async function describe(page: readonly Ranked[], texts: readonly string[]): Promise<Hit[]> {
  const ids = page.map(({ id }) => id)
  const [items, paths] = await Promise.all([loadItems(db(), ids), pathsOf(db(), ids)])
  return ids.flatMap((id): Hit[] => {
    const [item, where] = [items.get(id), paths.get(id)]
    // Without a path it lies below something in trash.
    if (item === undefined || where === undefined) return []
    return [{ ...item, where, ranges: matchName(item.name, texts) ?? [] }]
  })
}
