import { Prisma } from '../../../generated/prisma/client.ts'
import type { Transaction } from '../../../lib/db.ts'
import { TICKET_SECONDS } from './upload-ticket.ts'

/** A file on its way to a folder. `modifiedAt`: on the person's disk, ISO 8601. */
interface ComingFile {
  folderId: bigint
  name: string
  size: number
  modifiedAt: string | null
}

/** The same file lies there, or another page of the person sends it: then the upload with the name of its browser. */
export type Same = { upl: null } | { upl: string; deviceAgent: string | null }

/** Whose files are asked about. `device` null: a program, which says of none that it sends it. */
interface Asker {
  ownerId: string
  device: string | null
}

/** Whether upload `u` brings what `file` is to this folder, from another page of the person that sends it now. */
export function comesFromElsewhere({ ownerId, device }: Asker, folderId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`u.owner_id = ${ownerId} AND u.state IN ('created', 'uploading') AND u.replaces_sha256 IS NULL
    AND u.folder_id = ${folderId} AND u.name = file.name AND u.size = file.size
    AND date_trunc('second', u.modified_at) = date_trunc('second', file.modified_at)
    AND u.device <> ${device} AND u.updated_at > now() - make_interval(secs => ${TICKET_SECONDS})`
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
  const found = await tx.$queryRaw<{ index: number; upl: string | null; device_agent: string | null }[]>`
    WITH file AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS f(index int, folder_id bigint, name text, size bigint, modified_at timestamptz)
      WHERE modified_at IS NOT NULL
    )
    SELECT file.index, u.upl, u.device_agent
    FROM file JOIN upload u ON ${comesFromElsewhere(asker, Prisma.sql`file.folder_id`)}
    UNION ALL
    SELECT file.index, NULL, NULL
    FROM file JOIN entry e ON e.parent_id = file.folder_id AND e.name = file.name AND e.trash_id IS NULL
      AND e.owner_id = ${asker.ownerId} AND e.kind = 1 AND e.size = file.size
      AND date_trunc('second', e.modified_at) = date_trunc('second', file.modified_at)`
  // What lies there stands behind, and counts.
  return new Map(
    found.map(({ index, upl, device_agent: deviceAgent }) => [index, upl === null ? { upl } : { upl, deviceAgent }]),
  )
}
