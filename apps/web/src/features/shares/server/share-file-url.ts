import type { DownloadTicket } from '@cairn/dfs-core/tickets'
import { db } from '../../../lib/db.ts'
import { notFound } from '../../../lib/entries/open-entries.ts'
import { serving, ticketFileName } from '../../../lib/serving.ts'
import { reachableUrl, storedFileUrl } from '../../../lib/stored-file-url.ts'
import type { LiveShare, Visit } from './open-share.ts'
import { visitorTag } from './visitor.ts'

/** Tickets of links with limits live a quarter of an hour at most; those of one visitor and one half window are equal. */
const LIMITED_WINDOW_SECONDS = 450

/** The content of a file. `fileId` is null for an empty one. */
export interface SharedFile {
  fileId: string | null
  name: string
  size: number
  contentType: string
}

export async function readSharedFile(entryId: bigint): Promise<SharedFile> {
  const row = await db().entry.findUnique({
    where: { id: entryId },
    select: { name: true, size: true, blob: { select: { fileId: true, contentType: true } } },
  })
  if (!row?.blob) throw notFound()
  return { name: row.name, size: Number(row.size), ...row.blob }
}

export function isLimited({ allowDownload, maxDownloads }: Pick<LiveShare, 'allowDownload' | 'maxDownloads'>): boolean {
  return !allowDownload || maxDownloads !== null
}

export function limitedExpiry(nowSeconds: number): number {
  return (Math.ceil(nowSeconds / LIMITED_WINDOW_SECONDS) + 1) * LIMITED_WINDOW_SECONDS
}

/**
 * A signed address of a stored file of a link. Where people may only look, there is none for what a browser would save
 * instead of show: not_found.
 */
export async function shareFileUrl(
  { share, visitor }: Visit,
  file: SharedFile & { fileId: string },
  origin: string,
  inline: boolean,
): Promise<string> {
  const { ct, cd } = serving(file.contentType, inline)
  if (!share.allowDownload && cd === 'a') throw notFound()
  if (!isLimited(share)) return (await storedFileUrl(file, origin, inline)).url
  const ticket: DownloadTicket = {
    ...{ typ: 'dl', fid: file.fileId, sz: file.size, ct, cd, fn: ticketFileName(file.name), pol: 'limited' },
    vis: visitorTag(visitor),
    exp: limitedExpiry(Math.floor(Date.now() / 1000)),
  }
  return await reachableUrl(ticket, origin)
}
