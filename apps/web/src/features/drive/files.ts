import { db } from '../../lib/db.ts'
import { KIND_FILE } from '../../lib/entries/entry-rows.ts'
import { notFound, presentEntries } from '../../lib/entries/open-entries.ts'

/** A file that its owner may read. `fileId` is null for an empty one. */
export interface OpenFile {
  entryId: string
  name: string
  size: number
  contentType: string
  fileId: string | null
}

/** Those of the entries that are files of this owner, to be seen and not in trash. */
export async function findFiles(ownerId: string, ids: readonly string[]): Promise<OpenFile[]> {
  const present = await presentEntries(db(), ownerId, ids)
  const rows = await db().entry.findMany({
    where: { id: { in: present }, kind: KIND_FILE },
    select: { publicId: true, name: true, size: true, blob: { select: { contentType: true, fileId: true } } },
  })
  return rows.flatMap(({ publicId, name, size, blob }) => {
    return blob ? [{ entryId: publicId, name, size: Number(size), ...blob }] : []
  })
}

export async function openFile(ownerId: string, entryId: string): Promise<OpenFile> {
  const [file] = await findFiles(ownerId, [entryId])
  if (!file) throw notFound()
  return file
}

/** A file of this owner with this stored content or thumbnail, if there still is one. */
export async function findFileByContent(ownerId: string, fileId: string): Promise<OpenFile | undefined> {
  const rows = await db().entry.findMany({
    where: { ownerId, blob: { OR: [{ fileId }, { thumbnails: { some: { fileId } } }] }, trashId: null },
    select: { publicId: true },
  })
  const [file] = await findFiles(
    ownerId,
    rows.map((row) => row.publicId),
  )
  return file
}
