import { listEntries } from '../features/drive/queries.ts'
import type { VisitedList, VisitedPage } from '../features/shares/schema.ts'
import type { LiveShare } from '../features/shares/server/open-share.ts'
import { listSharedTops, openSharedEntry, toVisitedItem } from '../features/shares/server/shared-entries.ts'
import { ROOT_ID } from '../lib/entries/entry-item.ts'
import { withThumbnails } from '../lib/thumbnail-urls.ts'

/**
 * One page of a link: what was shared, or a folder below it. Its path never tells what lies above. A folder that was
 * shared alone is open from the start.
 */
export async function listVisited(share: LiveShare, query: VisitedList, origin: string): Promise<VisitedPage> {
  if (query.folder !== ROOT_ID) return await listFolder(share, query, origin)
  const tops = await listSharedTops(share, query.sort, query.dir)
  const [first] = tops
  if (first?.kind === 'folder' && tops.length === 1)
    return await listFolder(share, { ...query, folder: first.id }, origin)
  const items = (await withThumbnails(tops, origin)).map(toVisitedItem)
  const totalBytes = items.reduce((sum, item) => sum + item.size, 0)
  return { path: [], items, nextCursor: null, total: items.length, totalBytes }
}

async function listFolder(share: LiveShare, query: VisitedList, origin: string): Promise<VisitedPage> {
  const { publicId, path } = await openSharedEntry(share, query.folder)
  const page = await listEntries(share.ownerId, { ...query, folder: publicId })
  const { items, nextCursor, total, totalBytes } = page
  const shown = (await withThumbnails(items, origin)).map(toVisitedItem)
  return { path, items: shown, nextCursor, total, totalBytes }
}
