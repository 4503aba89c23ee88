// Files that a phone keeps for times without a network: in the browser's Cache Storage, one cache for each person, one
// answer for each file. What is known of a file stands in a header of its answer, so that neither is without the other.
// public/offline.js reads the same.

/** What the server says of a file that is to be kept. */
export interface KeptFacts {
  id: string
  name: string
  size: number
  /** Hex. */
  sha256: string
  contentType: string
  /** ISO 8601. */
  modifiedAt: string
}

/** `replaced`: files that stand where kept ones stood, which are in trash. */
export interface KeptAnswer {
  files: KeptFacts[]
  replaced: { id: string; by: KeptFacts }[]
}

export const KEPT_FILES_MAX = 100

const CACHE_PREFIX = 'cairn-kept-1-'
const FACTS_HEADER = 'Cairn-Kept'

/** Browsers keep files only for pages that came by https, or from this very machine. */
export function canKeep(): boolean {
  return 'caches' in globalThis
}

export const keptCache = (personId: string) => `${CACHE_PREFIX}${personId}`
export const keptAddress = (id: string) => `/kept/${id}`

/** Never with its own type: nothing of what people keep may be a page of this site. */
export function keptAnswer(facts: KeptFacts, body: BodyInit | null): Response {
  return new Response(body, {
    headers: {
      'Content-Type': 'application/octet-stream',
      [FACTS_HEADER]: encodeURIComponent(JSON.stringify(facts)),
    },
  })
}

/** What is kept for this person here, by name. */
export async function listKept(personId: string): Promise<KeptFacts[]> {
  if (!canKeep() || !(await caches.has(keptCache(personId)))) return []
  const cache = await caches.open(keptCache(personId))
  const answers = await cache.matchAll()
  const files = answers.flatMap(({ headers }) => {
    const facts = headers.get(FACTS_HEADER)
    // `keptAnswer` wrote it.
    return facts === null ? [] : [JSON.parse(decodeURIComponent(facts)) as KeptFacts]
  })
  return files.toSorted((a, b) => a.name.localeCompare(b.name))
}

export async function removeKept(personId: string, id: string): Promise<void> {
  const cache = await caches.open(keptCache(personId))
  await cache.delete(keptAddress(id))
}

/** The same content under what is known of it now. */
export async function renameKept(personId: string, facts: KeptFacts): Promise<void> {
  const cache = await caches.open(keptCache(personId))
  const answer = await cache.match(keptAddress(facts.id))
  if (answer !== undefined) await cache.put(keptAddress(facts.id), keptAnswer(facts, answer.body))
}

/** Whoever comes next to this device finds nothing of those who were here before. */
export async function forgetKept(exceptPersonId?: string): Promise<void> {
  if (!canKeep()) return
  const stays = exceptPersonId === undefined ? null : keptCache(exceptPersonId)
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX) && name !== stays)
  await Promise.all(names.map((name) => caches.delete(name)))
}
