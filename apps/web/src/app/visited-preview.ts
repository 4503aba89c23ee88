import { previewSources } from '../features/drive/preview-sources.ts'
import { previewUrl } from '../features/shares/server/download-shares.ts'
import type { Visit } from '../features/shares/server/open-share.ts'
import { isLimited } from '../features/shares/server/share-file-url.ts'
import { openSharedEntry, toVisitedItem } from '../features/shares/server/shared-entries.ts'
import { ApiError } from '../lib/api-error.ts'
import type { PreviewSources } from '../lib/preview-sources.ts'

/**
 * Where a visitor finds what to show of a file: as for its owner, but with the tickets of the link, without anything
 * that its owner noted, and without bytes where people may only look and the browser would save them instead.
 */
export async function visitedPreview(visit: Visit, entryId: string, origin: string): Promise<PreviewSources> {
  const { publicId } = await openSharedEntry(visit.share, entryId)
  const sources = await previewSources({ id: visit.share.ownerId, requestOrigin: origin }, publicId)
  const item = { ...toVisitedItem(sources.item), createdAt: sources.item.modifiedAt, copies: null }
  const url = await previewUrl(visit, publicId, origin).catch(nothingToShow)
  return { ...sources, item, url, otherCopies: isLimited(visit.share) ? [] : sources.otherCopies }
}

function nothingToShow(error: unknown): null {
  if (error instanceof ApiError && error.code === 'not_found') return null
  throw error
}
