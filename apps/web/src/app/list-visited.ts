import { listEntries } from '../features/drive/queries.ts'
import type { VisitedList, VisitedPage } from '../features/shares/schema.ts'
import type { LiveShare } from '../features/shares/server/open-share.ts'
import { listSharedTops, openSharedEntry, toVisitedItem } from '../features/shares/server/shared-entries.ts'
import { ROOT_ID } from '../lib/entries/entry-item.ts'

/** One page of a link: what was shared, or a folder below it. Its path never tells what lies above. */
export async function listVisited(share: LiveShare, query: VisitedList): Promise<VisitedPage> {
  if (query.folder === ROOT_ID) {
    const items = (await listSharedTops(share, query.sort, query.dir)).map(toVisitedItem)
    const totalBytes = items.reduce((sum, item) => sum + item.size, 0)
    return { path: [], items, nextCursor: null, total: items.length, totalBytes }
  }
  const { publicId, path } = await openSharedEntry(share, query.folder)
  const page = await listEntries(share.ownerId, { ...query, folder: publicId })
  const { items, nextCursor, total, totalBytes } = page
  return { path, items: items.map(toVisitedItem), nextCursor, total, totalBytes }
}
