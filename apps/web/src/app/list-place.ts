import { placeOfId } from '../features/drive/place.ts'
import { listEntries } from '../features/drive/queries.ts'
import type { EntryPage, ListQuery } from '../features/drive/schema.ts'
import { searchQuerySchema } from '../features/search/schema.ts'
import { search } from '../features/search/search.ts'
import { ApiError } from '../lib/api-error.ts'

/** One page of any listing: a folder, what is gathered from the whole drive, or what a search finds. */
export async function listPlace(ownerId: string, query: ListQuery): Promise<EntryPage> {
  const place = placeOfId(query.folder)
  if (place?.kind !== 'search') return await listEntries(ownerId, query)
  const wanted = searchQuerySchema.safeParse({ q: place.q, folder: place.within, cursor: query.cursor })
  if (!wanted.success) throw new ApiError('bad_request', 'This cannot be searched for.', { field: 'folder' })
  const { items, found, more, nextCursor } = await search(ownerId, wanted.data)
  const folder = { id: query.folder, name: place.q, path: [] }
  return { folder, items, nextCursor, total: found, totalBytes: 0, isCut: more }
}
