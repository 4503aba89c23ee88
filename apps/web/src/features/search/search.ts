import { db } from '../../lib/db.ts'
import { pathsOf } from '../../lib/entries/entry-paths.ts'
import { KIND_FOLDER, loadItems } from '../../lib/entries/entry-rows.ts'
import { folded } from '../../lib/entries/folded.ts'
import { matchName, type Nearness, nearnessOf } from '../../lib/entries/match-name.ts'
import { CANDIDATES_MAX, type Candidate, findCandidates } from './find-candidates.ts'
import { isEmptyQuery, parseQuery } from './parse-query.ts'
import type { Hit, SearchPage, SearchRequest } from './schema.ts'

const PAGE_SIZE = 50

type Ranked = Candidate & { nearness: Nearness; exact: boolean }

/** Entries whose names have everything that was typed: what begins with it first, then the newest. */
export async function search(ownerId: string, { q, folder, cursor = 0 }: SearchRequest): Promise<SearchPage> {
  const query = parseQuery(q)
  if (isEmptyQuery(query)) return { items: [], found: 0, more: false, nextCursor: null }
  const candidates = await findCandidates({ ownerId, query, folderId: folder })
  const ranked = rank(candidates, query.texts)
  const page = ranked.slice(cursor, cursor + PAGE_SIZE)
  const next = cursor + PAGE_SIZE
  return {
    items: await describe(page, query.texts),
    found: ranked.length,
    more: candidates.length >= CANDIDATES_MAX,
    nextCursor: next < ranked.length ? String(next) : null,
  }
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
