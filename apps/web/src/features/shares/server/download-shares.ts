import { db } from '../../../lib/db.ts'
import { KIND_FILE } from '../../../lib/entries/entry-rows.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import { makeZipSnapshot, zipTarget } from '../../../lib/zip/zip-snapshot.ts'
import { tooManyForZip, ZIP_ENTRIES_MAX } from '../../../lib/zip/zip-tree.ts'
import { recordAccess } from './access-log.ts'
import { requireDownload } from './grants.ts'
import type { Visit } from './open-share.ts'
import { readSharedFile, shareFileUrl } from './share-file-url.ts'
import { measureShare, measureTree, openSharedEntries, openSharedEntry } from './shared-entries.ts'
import { visitorHash } from './visitor.ts'
import type { VisitorRequest } from './visitor-request.ts'

/** Where a file of a link can be looked at in place. Looking is no download. */
export async function previewUrl(visit: Visit, entryId: string, origin: string): Promise<string> {
  const entry = await openSharedEntry(visit.share, entryId)
  if (entry.kind !== KIND_FILE) throw notFound()
  const { fileId, ...file } = await readSharedFile(entry.id)
  if (fileId === null) throw notFound()
  return await shareFileUrl(visit, { ...file, fileId }, origin, true)
}

/** Where to get one file, or several entries (all, without ids) as a ZIP. Counts as one download. */
export async function downloadShared(visit: Visit, request: VisitorRequest, ids: readonly string[] | undefined) {
  if (!visit.share.allowDownload) throw notFound()
  const { ids: internal } = await openSharedEntries(visit.share, ids)
  const tops = await db().entry.findMany({
    where: { id: { in: internal } },
    select: { id: true, publicId: true, kind: true, name: true },
  })
  const [only] = tops
  if (!only) throw notFound()
  if (tops.length === 1 && only.kind === KIND_FILE) return await downloadFile(visit, request, only)
  const { files, folders } = await measureTree(db(), internal)
  if (files + folders > ZIP_ENTRIES_MAX) throw tooManyForZip()
  const target = zipTarget(tops.map(({ publicId }) => publicId))
  const granted = await requireDownload(visit.share.id, visitorHash(visit.visitor), target)
  const name = tops.length === 1 ? only.name : (await measureShare(visit.share)).title
  if (granted === 'new')
    await recordAccess(visit.share.id, request.client, 'download', tops.length === 1 ? name : undefined)
  const visitor = Buffer.from(visitorHash(visit.visitor))
  const reader = { shareId: visit.share.id, visitorHash: visitor, address: request.client.ip }
  return `/api/zip/${await makeZipSnapshot({ reader, topIds: internal, target, name })}`
}

async function downloadFile(
  visit: Visit,
  request: VisitorRequest,
  { id, publicId, name }: { id: bigint; publicId: string; name: string },
) {
  const { fileId, ...file } = await readSharedFile(id)
  const granted = await requireDownload(visit.share.id, visitorHash(visit.visitor), publicId)
  if (granted === 'new') await recordAccess(visit.share.id, request.client, 'download', name)
  // Empty content is stored nowhere; this application gives it out itself.
  if (fileId === null) return `/api/s/${visit.share.publicId}/entries/${publicId}/empty`
  return await shareFileUrl(visit, { ...file, fileId }, request.origin, false)
}

/** The name of an empty file of a link that this visitor was granted. */
export async function emptyFileName(visit: Visit, entryId: string): Promise<string> {
  if (!visit.share.allowDownload) throw notFound()
  const entry = await openSharedEntry(visit.share, entryId)
  if (entry.kind !== KIND_FILE || (await readSharedFile(entry.id)).fileId !== null) throw notFound()
  await requireDownload(visit.share.id, visitorHash(visit.visitor), entry.publicId)
  return entry.name
}
