import { db } from '../../lib/db.ts'
import type { EntryItem } from '../../lib/entries/entry-item.ts'
import { loadItems } from '../../lib/entries/entry-rows.ts'
import { notFound, presentEntries } from '../../lib/entries/open-entries.ts'
import type { PreviewSources } from '../../lib/preview-sources.ts'
import { otherCopyUrls, storedFileUrl } from '../../lib/stored-file-url.ts'
import { type ThumbnailKind, thumbnailsOf } from '../../lib/thumbnail-urls.ts'
import { openFile } from './files.ts'

interface Reader {
  id: string
  requestOrigin: string
}

async function itemOf(ownerId: string, entryId: string): Promise<EntryItem> {
  const ids = await presentEntries(db(), ownerId, [entryId])
  const [item] = (await loadItems(db(), ids)).values()
  if (!item) throw notFound()
  return item
}

async function thumbnail(entryId: string, origin: string, kind: ThumbnailKind) {
  return (await thumbnailsOf([entryId], origin, kind)).get(entryId) ?? { url: null, pending: false }
}

/** Everything that a page needs to show one file: where its bytes are, and smaller pictures of it. */
export async function previewSources({ id, requestOrigin }: Reader, entryId: string): Promise<PreviewSources> {
  const [item, { fileId, ...file }] = await Promise.all([itemOf(id, entryId), openFile(id, entryId)])
  const [small, large] = await Promise.all([
    thumbnail(entryId, requestOrigin, 'small'),
    thumbnail(entryId, requestOrigin, 'large'),
  ])
  const media = await db().blobMedia.findFirst({
    where: { blob: { entries: { some: { publicId: entryId } } } },
    select: { width: true, height: true },
  })
  const refused = await db().thumbnail.findFirst({
    where: { kind: 'small', reason: 'too_large', blob: { entries: { some: { publicId: entryId } } } },
    select: { kind: true },
  })
  const tooLarge = refused === null ? {} : { tooLarge: true }
  const pictures = { small: small.url, large: large.url, pending: large.pending }
  const size = media?.width && media.height ? { width: media.width, height: media.height } : null
  if (fileId === null) return { item, url: null, otherCopies: [], pictures, size, ...tooLarge }
  const stored = { ...file, fileId }
  const [{ url }, otherCopies] = await Promise.all([
    storedFileUrl(stored, requestOrigin, true),
    otherCopyUrls(stored, requestOrigin),
  ])
  return { item, url, otherCopies, pictures, size, ...tooLarge }
}
