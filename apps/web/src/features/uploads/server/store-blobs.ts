import type { Transaction } from '../../../lib/db.ts'
import { addGarbage } from './upload-rows.ts'

const ROUNDS_MAX = 5

/** Content as its storage vouches for it. Hashes are hexadecimal; `fileId` is null for empty content only. */
export interface StoredContent {
  fileId: string | null
  size: number
  crc32: number
  sha256: string
  head: string
  contentType: string
  copies: number
}

interface BlobRow {
  id: bigint
  sha256: string
  size: bigint
  file_id: string | null
}

export function contentKey(content: { sha256: string; size: number | bigint }): string {
  return `${content.sha256}:${content.size}`
}

/**
 * The live blob of each content, by contentKey: found, or made of the file that was just stored. Files that were stored
 * although their content was there already become garbage.
 */
export async function storeBlobs(tx: Transaction, contents: readonly StoredContent[]): Promise<Map<string, bigint>> {
  const blobs = new Map<string, BlobRow>()
  const missing = () => contents.filter((content) => !blobs.has(contentKey(content)))
  for (let round = 1; missing().length > 0; round += 1) {
    if (round > ROUNDS_MAX) throw new Error('blobs appear and disappear faster than they can be found')
    // A blob that is found may die before the next look, and one that stood in the way may be gone: then again.
    for (const row of await insertBlobs(tx, missing())) blobs.set(contentKey(row), row)
    for (const row of await findBlobs(tx, missing())) blobs.set(contentKey(row), row)
  }
  const surplus = contents.flatMap((content) => {
    const kept = blobs.get(contentKey(content))?.file_id
    return content.fileId !== null && content.fileId !== kept ? [content.fileId] : []
  })
  await addGarbage(tx, surplus, 'the content was there already')
  return new Map([...blobs].map(([key, row]) => [key, row.id]))
}

async function insertBlobs(tx: Transaction, contents: readonly StoredContent[]): Promise<BlobRow[]> {
  const rows = contents.map((content) => ({
    file_id: content.fileId,
    size: content.size,
    crc32: content.crc32,
    sha256: content.sha256,
    head: content.head,
    content_type: content.contentType,
    copies: content.copies,
  }))
  // Sorted, so that two batches with the same contents wait for each other in one order.
  return await tx.$queryRaw<BlobRow[]>`
    INSERT INTO blob (sha256, size, crc32, head, content_type, file_id, copies)
    SELECT decode(sha256, 'hex'), size, crc32, decode(head, 'hex'), content_type, file_id, copies
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(sha256 text, size bigint, crc32 bigint, head text, content_type text, file_id text, copies smallint)
    ORDER BY sha256, size
    ON CONFLICT (sha256, size) WHERE live DO NOTHING
    RETURNING id, encode(sha256, 'hex') AS sha256, size, file_id`
}

async function findBlobs(tx: Transaction, contents: readonly StoredContent[]): Promise<BlobRow[]> {
  if (contents.length === 0) return []
  const wanted = contents.map(({ sha256, size }) => ({ sha256, size }))
  return await tx.$queryRaw<BlobRow[]>`
    SELECT b.id, encode(b.sha256, 'hex') AS sha256, b.size, b.file_id
    FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) AS r(sha256 text, size bigint)
    JOIN blob b ON b.sha256 = decode(r.sha256, 'hex') AND b.size = r.size AND b.live`
}

const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Content without bytes: it is served by rule and never stored. */
export const emptyContent: StoredContent = {
  fileId: null,
  size: 0,
  crc32: 0,
  sha256: SHA256_OF_NOTHING,
  head: SHA256_OF_NOTHING,
  contentType: 'application/x-empty',
  copies: 0,
}
