import { ROOT_ID } from './api-client.ts'

const categories = ['image', 'video', 'audio', 'document', 'archive', 'other'] as const
type PlaceCategory = (typeof categories)[number]

/** What a listing shows: one folder, or what is gathered from the whole drive. */
export type Place =
  | { kind: 'folder'; id: string }
  | { kind: 'recent' }
  | { kind: 'favourites' }
  | { kind: 'trash' }
  | { kind: 'category'; category: PlaceCategory }
  | { kind: 'tag'; id: string }
  | SearchPlace

/** What was found; `within`: the folder that "in this folder" means. */
export type SearchPlace = { kind: 'search'; q: string; within: string }

// No public id begins with it.
const MARK = '~'

/** One text for a place, in place of a folder's id: 'root', 'aB3…', '~recent', '~category.image', '~tag.aB3…'. */
export function placeId(place: Place): string {
  if (place.kind === 'folder') return place.id
  if (place.kind === 'category') return `${MARK}category.${place.category}`
  if (place.kind === 'tag') return `${MARK}tag.${place.id}`
  if (place.kind === 'search') return `${MARK}search.${place.within}.${encodeURIComponent(place.q)}`
  return MARK + place.kind
}

/** The place of an id; null when there is no such place. */
export function placeOfId(id: string): Place | null {
  if (!id.startsWith(MARK)) return { kind: 'folder', id }
  const [kind = '', ...rest] = id.slice(MARK.length).split('.')
  if (kind === 'search') {
    const [within, ...words] = rest
    // Points are not escaped.
    return within === undefined || words.length === 0 ? null : { kind, within, q: decoded(words.join('.')) }
  }
  return gatheredPlace(kind, rest)
}

/** The address of a place's page. */
export function placePath(place: Place): string {
  if (place.kind === 'folder') return place.id === ROOT_ID ? '/drive' : `/drive/${encodeURIComponent(place.id)}`
  if (place.kind === 'category') return `/category/${place.category}`
  if (place.kind === 'tag') return `/tag/${encodeURIComponent(place.id)}`
  if (place.kind === 'search') {
    const query = new URLSearchParams({ q: place.q, ...(place.within === ROOT_ID ? {} : { in: place.within }) })
    return `/search?${query}`
  }
  return `/${place.kind}`
}

/** The place that an address shows; null for pages that are no listing. */
export function placeOfPath(path: string): Place | null {
  const [pathname = '', search = ''] = path.split('?', 2)
  const [, kind = '', ...rest] = pathname.split('/').map(decodeURIComponent)
  if (kind === 'search' && rest.length === 0) {
    const query = new URLSearchParams(search)
    return { kind, q: query.get('q') ?? '', within: query.get('in') ?? ROOT_ID }
  }
  if (kind === 'drive' && rest.length <= 1) return { kind: 'folder', id: rest[0] || ROOT_ID }
  return gatheredPlace(kind, rest)
}

function gatheredPlace(kind: string, rest: readonly string[]): Place | null {
  const [id, ...more] = rest
  if (more.length > 0) return null
  if ((kind === 'recent' || kind === 'favourites' || kind === 'trash') && id === undefined) return { kind }
  if (kind === 'category') {
    const category = categories.find((known) => known === id)
    return category === undefined ? null : { kind, category }
  }
  if (kind === 'tag' && id !== undefined && id !== '') return { kind, id }
  return null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
