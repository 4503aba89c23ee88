import { ApiError } from '../../../lib/api-error.ts'
import type { Transaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import { categoryOf } from '../../../lib/entries/category.ts'
import { KIND_FILE } from '../../../lib/entries/entry-rows.ts'
import { notFound, presentEntries } from '../../../lib/entries/open-entries.ts'
import type { UploadRow } from './upload-rows.ts'

/** Whoever reads the old content at this moment, with an address that still holds, reads on. */
const OLD_CONTENT_HOURS = 24

/** A file that gets other content. `sha256`: what it must still have then; what was written is based on it. */
export interface ReplacedFile {
  entryId: bigint
  folderId: bigint
  name: string
  size: number
  sha256: string
}

/** Why a file does not get the content that was meant for it. Kept with the upload, for an answer that is asked twice. */
const refusals = {
  file_changed: () => new ApiError('file_changed', 'The file has other content by now than what was changed here.'),
  file_gone: notFound,
} as const
type Refusal = keyof typeof refusals

/** The refusal that a notice of an upload stands for; undefined: it is another notice, or none. */
export function refusalOf(notice: string | null): ApiError | undefined {
  return Object.entries(refusals).find(([known]) => known === notice)?.[1]()
}

/** A file of this owner that is to be seen and still has this content. Throws not_found or file_changed. */
export async function openReplaced(
  tx: Transaction,
  ownerId: string,
  { id, sha256 }: { id: string; sha256: string },
): Promise<ReplacedFile> {
  const present = await presentEntries(tx, ownerId, [id])
  const [file] = await tx.$queryRaw<{ id: bigint; parent_id: bigint; name: string; size: bigint; sha256: string }[]>`
    SELECT e.id, e.parent_id, e.name, e.size, encode(b.sha256, 'hex') AS sha256
    FROM entry e JOIN blob b ON b.id = e.blob_id WHERE e.id = ANY(${present}::bigint[]) AND e.kind = ${KIND_FILE}`
  if (!file) throw refusals.file_gone()
  if (file.sha256 !== sha256) throw refusals.file_changed()
  return { entryId: file.id, folderId: file.parent_id, name: file.name, size: Number(file.size), sha256 }
}

/** Content that is stored and shall be the content of the file that its upload names. */
export interface Replacement {
  upload: UploadRow
  blob: { id: bigint; contentType: string }
}

/** `grownBy`: bytes that the owner keeps more than before. `entryId` is null where the file was not changed. */
interface Replaced {
  entryId: bigint | null
  notice: Refusal | null
  grownBy: bigint
}

/**
 * Gives files of one owner their new content: each only if it still has the content that the writing began with, of two
 * at once only one. Everything else of the file stays as it is; copies of it keep the old content. Answers by `upl`.
 */
export async function replaceContents(
  tx: Transaction,
  replacements: readonly Replacement[],
): Promise<Map<string, Replaced>> {
  const replaced = new Map<string, Replaced>()
  // In one order everywhere, so that two of these cannot wait for each other.
  const ordered = replacements.toSorted((a, b) => Number((a.upload.replaces_id ?? 0n) - (b.upload.replaces_id ?? 0n)))
  for (const replacement of ordered) replaced.set(replacement.upload.upl, await replaceContent(tx, replacement))
  await recordActivity(
    tx,
    ordered.flatMap(({ upload }) => {
      const entryId = replaced.get(upload.upl)?.entryId ?? null
      return entryId === null ? [] : [{ entryId, actorId: upload.owner_id, kind: 'edited' as const }]
    }),
  )
  return replaced
}

async function replaceContent(tx: Transaction, { upload, blob }: Replacement): Promise<Replaced> {
  const refused = async (notice: Refusal): Promise<Replaced> => {
    await checkBlob(tx, blob.id, 0)
    return { entryId: null, notice, grownBy: 0n }
  }
  const [file] = await tx.$queryRaw<{ id: bigint; name: string; size: bigint; blob_id: bigint }[]>`
    SELECT id, name, size, blob_id FROM entry
    WHERE id = ${upload.replaces_id} AND owner_id = ${upload.owner_id} AND trash_id IS NULL FOR NO KEY UPDATE`
  if (!file) return await refused('file_gone')
  const changed = await tx.$executeRaw`
    UPDATE entry e
    SET blob_id = ${blob.id}, size = ${upload.size}, category = ${categoryOf(blob.contentType, file.name)}, modified_at = now()
    FROM blob b WHERE e.id = ${file.id} AND b.id = e.blob_id AND b.sha256 = decode(${upload.replaces_sha256}, 'hex')`
  if (changed === 0) return await refused('file_changed')
  if (file.blob_id !== blob.id) await checkBlob(tx, file.blob_id, OLD_CONTENT_HOURS)
  return { entryId: file.id, notice: null, grownBy: upload.size - file.size }
}

/** The reaper looks at it then: another entry may need it. */
async function checkBlob(tx: Transaction, blobId: bigint, hours: number): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO blob_check (blob_id, not_before) VALUES (${blobId}, now() + make_interval(hours => ${hours}))
    ON CONFLICT (blob_id) DO NOTHING`
}
