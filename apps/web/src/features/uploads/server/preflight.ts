import { Prisma } from '../../../generated/prisma/client.ts'
import { db } from '../../../lib/db.ts'
import { findFolder } from '../../../lib/entries/open-entries.ts'
import { freeSpace } from '../../../lib/quota.ts'
import { readSettings } from '../../../lib/settings.ts'
import { hashesAlways } from '../instant-rules.ts'
import { HEAD_BYTES } from '../possession.ts'
import type { Preflight, PreflightBody, PreflightKind } from '../schema.ts'
import { comesFromElsewhere } from './find-same.ts'

interface Match {
  index: number
  taken: boolean
  coming: boolean
  same_size: boolean
  same_time: boolean
  same_head: boolean | null
}

type AskedFile = PreflightBody['items'][number] & {
  /** Whether content like it could spare the sending. */
  claimable: boolean
}

/**
 * What uploading these files into this folder would mean, before anything is sent. Looks only at what the person has:
 * others' files are found by claims alone, which prove possession.
 */
export async function preflight(ownerId: string, { device, folderId, items }: PreflightBody): Promise<Preflight> {
  const { instantScope, trashDays } = await readSettings()
  const [folder, freeBytes] = await Promise.all([findFolder(db(), ownerId, folderId), freeSpace(db(), ownerId)])
  const files = items.map((item) => ({ ...item, claimable: hashesAlways(instantScope, item.size) !== false }))
  // A folder that is gone is no error here: starting the upload says it.
  const matches = new Map(
    (await lookUp({ ownerId, device: device ?? null, folderId: folder?.id ?? 0n }, files)).map((match) => [
      match.index,
      match,
    ]),
  )
  const kinds = items.map(({ size }, index): PreflightKind => {
    const match = matches.get(index)
    if (match === undefined) return 'new'
    if (match.taken && isIdentical(match, size)) return 'identical'
    if (match.coming) return 'coming'
    return match.taken ? 'taken' : 'instant'
  })
  return { kinds, freeBytes, trashDays }
}

/** As rsync decides: same size and time. The head, where the browser sent it, must agree, and alone decides small files. */
function isIdentical({ same_size, same_time, same_head }: Match, size: number): boolean {
  if (!same_size || same_head === false) return false
  return same_time || (same_head === true && size <= HEAD_BYTES)
}

interface Place {
  ownerId: string
  device: string | null
  folderId: bigint
}

/**
 * Files whose name is taken, whose content is kept, or that are on their way. One statement for the batch: each file's
 * folder by walking its path, the entry with its name, the person's open uploads to it, and content like it.
 */
async function lookUp({ ownerId, device, folderId }: Place, asked: readonly AskedFile[]): Promise<Match[]> {
  const files = asked.map(({ name, path = '', size, modifiedAt = null, probe = null, claimable }, index) => ({
    index,
    name: name.normalize('NFC'),
    path: path.normalize('NFC'),
    size,
    modified_at: modifiedAt,
    probe,
    claimable,
  }))
  return await db().$queryRaw<Match[]>`
    WITH RECURSIVE file AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(files)}::jsonb)
        AS f(index int, name text, path text, size bigint, modified_at timestamptz, probe text, claimable bool)
    ),
    folder AS (
      SELECT path, array_remove(string_to_array(path, '/'), '') AS parts, 0 AS depth, ${folderId}::bigint AS id
      FROM (SELECT DISTINCT path FROM file) distinct_path
      UNION ALL
      SELECT folder.path, folder.parts, folder.depth + 1, e.id
      FROM folder JOIN entry e ON e.parent_id = folder.id AND e.name = folder.parts[folder.depth + 1]
        AND e.kind = 0 AND e.trash_id IS NULL
      WHERE folder.depth < cardinality(folder.parts)
    )
    SELECT file.index, e.id IS NOT NULL AS taken, u.id IS NOT NULL AS coming,
      coalesce(e.kind = 1 AND e.size = file.size, false) AS same_size,
      coalesce(date_trunc('second', e.modified_at) = date_trunc('second', file.modified_at), false) AS same_time,
      b.head = decode(file.probe, 'hex') AS same_head
    FROM file
    LEFT JOIN folder ON folder.path = file.path AND folder.depth = cardinality(folder.parts)
    LEFT JOIN entry e ON e.parent_id = folder.id AND e.name = file.name AND e.trash_id IS NULL
    LEFT JOIN blob b ON b.id = e.blob_id
    LEFT JOIN upload u ON ${comesFromElsewhere({ ownerId, device }, Prisma.sql`folder.id`)}
    WHERE e.id IS NOT NULL OR u.id IS NOT NULL OR file.claimable AND EXISTS (
      SELECT 1 FROM entry o JOIN blob ob ON ob.id = o.blob_id
      WHERE o.owner_id = ${ownerId} AND o.kind = 1 AND o.size = file.size
        AND (file.probe IS NULL OR ob.head = decode(file.probe, 'hex')))`
}
