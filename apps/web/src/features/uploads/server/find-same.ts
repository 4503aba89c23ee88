import { Prisma } from '../../../generated/prisma/client.ts'
import type { Transaction } from '../../../lib/db.ts'
import { isSentNow } from './presence.ts'

/** A file on its way to a folder. `modifiedAt`: on the person's disk, ISO 8601. */
interface ComingFile {
  folderId: bigint
  name: string
  size: number
  modifiedAt: string | null
}

/**
 * The same file lies there, or another page of the person has begun it: then the upload with the name of its browser, and whether that
 * page has left it.
 */
export type Same = { upl: null } | { upl: string; deviceAgent: string | null; isLeft: boolean }

/** Whose files are asked about. `device` null: a program, which says of none that it sends it. */
interface Asker {
  ownerId: string
  device: string | null
}

/** Whether upload `u` brings what `file` is to this folder, from another page of the person. */
export function comesFromElsewhere(asker: Asker, folderId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`${comesAnywhere(asker)} AND u.folder_id = ${folderId}`
}

function comesAnywhere({ ownerId, device }: Asker): Prisma.Sql {
  return Prisma.sql`u.owner_id = ${ownerId} AND u.state IN ('created', 'uploading') AND u.replaces_sha256 IS NULL
    AND u.name = file.name AND u.size = file.size
    AND date_trunc('second', u.modified_at) = date_trunc('second', file.modified_at) AND u.device <> ${device}`
}

/** Which of these may come from another page, by their indexes; whether to the same folder has still to be seen. */
export async function maybeComing(
  tx: Transaction,
  asker: Asker,
  files: readonly Omit<ComingFile, 'folderId'>[],
): Promise<ReadonlySet<number>> {
  if (files.length === 0) return new Set()
  const rows = files.map(({ name, size, modifiedAt }, index) => ({ index, name, size, modified_at: modifiedAt }))
  const found = await tx.$queryRaw<{ index: number }[]>`
    WITH file AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS f(index int, name text, size bigint, modified_at timestamptz)
      WHERE modified_at IS NOT NULL
    )
    SELECT DISTINCT file.index FROM file JOIN upload u ON ${comesAnywhere(asker)}`
  return new Set(found.map(({ index }) => index))
}

/**
 * Which of these are there already, by their indexes: same folder, name, size and second. Files of the person alone.
 */
export async function findSame(
  tx: Transaction,
  asker: Asker,
  files: readonly ComingFile[],
): Promise<Map<number, Same>> {
  if (files.length === 0) return new Map()
  const rows = files.map(({ folderId, name, size, modifiedAt }, index) => {
    return { index, folder_id: String(folderId), name, size, modified_at: modifiedAt }
  })
  const found = await tx.$queryRaw<FoundRow[]>`
    WITH file AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS f(index int, folder_id bigint, name text, size bigint, modified_at timestamptz)
      WHERE modified_at IS NOT NULL
    )
    SELECT file.index, u.upl, u.device_agent, NOT ${isSentNow} AS is_left
    FROM file JOIN upload u ON ${comesFromElsewhere(asker, Prisma.sql`file.folder_id`)}
    UNION ALL
    SELECT file.index, NULL, NULL, false
    FROM file JOIN entry e ON e.parent_id = file.folder_id AND e.name = file.name AND e.trash_id IS NULL
      AND e.owner_id = ${asker.ownerId} AND e.kind = 1 AND e.size = file.size
      AND date_trunc('second', e.modified_at) = date_trunc('second', file.modified_at)`
  // What lies there stands behind, and counts.
  return new Map(
    found.map(({ index, upl, device_agent: deviceAgent, is_left: isLeft }) => [
      index,
      upl === null ? { upl } : { upl, deviceAgent, isLeft },
    ]),
  )
}

interface FoundRow {
  index: number
  upl: string | null
  device_agent: string | null
  is_left: boolean
}
