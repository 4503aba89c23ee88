import { tagToken } from '../../lib/tag-token.ts'
import { ROOT_ID } from './api-client.ts'

const categories = ['image', 'video', 'audio', 'document', 'archive', 'other'] as const
type PlaceCategory = (typeof categories)[number]

/** What a listing shows: one folder, or what is gathered from the whole drive. */
export type Place =
  | { kind: 'folder'; id: string }
  | { kind: 'recent' }
  | { kind: 'favourites' }
  | { kind: 'trash' }
  | CategoryPlace
  | { kind: 'tag'; id: string }
  | SearchPlace

/** `type`: only files of this type, see `Entry.type`. */
export type CategoryPlace = { kind: 'category'; category: PlaceCategory; type?: string }

/** What was found; `within`: the folder that "in this folder" means. */
export type SearchPlace = { kind: 'search'; q: string; within: string }

// No public id begins with it.
const MARK = '~'
const TYPE = /^[a-z0-9]{1,16}$/

/** One text for a place, in place of a folder's id: 'root', 'aB3…', '~recent', '~category.image', '~tag.aB3…'. */
export function placeId(place: Place): string {
  if (place.kind === 'folder') return place.id
  if (place.kind === 'category')
    return `${MARK}category.${place.category}${place.type === undefined ? '' : `.${place.type}`}`
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
  if (place.kind === 'category')
    return `/category/${place.category}${place.type === undefined ? '' : `?type=${place.type}`}`
  if (place.kind === 'tag') return `/tag/${encodeURIComponent(place.id)}`
  if (place.kind === 'search') {
    const query = new URLSearchParams({ q: place.q, ...(place.within === ROOT_ID ? {} : { in: place.within }) })
    return `/search?${query}`
  }
  return `/${place.kind}`
}

/** The search that finds what a place shows, and nothing else; null where none does. `name`: that of a tag. */
export function searchOf(place: Place, name: string): SearchPlace | null {
  const search = (token: string, within = ROOT_ID): SearchPlace => ({ kind: 'search', q: `${token} `, within })
  if (place.kind === 'folder') return search('in:here', place.id)
  if (place.kind === 'favourites') return search('is:favourite')
  if (place.kind === 'category') return search(`type:${place.category}`)
  if (place.kind === 'tag') return search(tagToken(name))
  return null
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
  if (kind === 'category' && rest.length === 1) {
    const type = new URLSearchParams(search).get('type') ?? ''
    return categoryPlace(rest[0], TYPE.test(type) ? type : undefined)
  }
  return kind === 'category' ? null : gatheredPlace(kind, rest)
}

function gatheredPlace(kind: string, rest: readonly string[]): Place | null {
  const [id, type, ...more] = rest
  if (kind === 'category' && more.length === 0) return categoryPlace(id, type)
  if (type !== undefined) return null
  if ((kind === 'recent' || kind === 'favourites' || kind === 'trash') && id === undefined) return { kind }
  if (kind === 'tag' && id !== undefined && id !== '') return { kind, id }
  return null
}

function categoryPlace(id: string | undefined, type: string | undefined): CategoryPlace | null {
  const category = categories.find((known) => known === id)
  if (category === undefined || (type !== undefined && !TYPE.test(type))) return null
  return { kind: 'category', category, ...(type === undefined ? {} : { type }) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
