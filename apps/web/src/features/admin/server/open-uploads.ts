import { db } from '../../../lib/db.ts'

/** Uploads in progress and the bytes that they will still bring, by where they go. */
export interface OpenUploads {
  count: number
  bytes: number
  ofGroup(group: string): { count: number; bytes: number }
  ofStorage(group: string, storageId: string): number
}

interface Row {
  grp: string
  storageId: string
  count: number
  bytes: bigint
}

export async function readOpenUploads(): Promise<OpenUploads> {
  const rows = await db().$queryRaw<Row[]>`
    SELECT grp, storage_id AS "storageId", count(*)::int AS count, sum(reserved_bytes)::bigint AS bytes
    FROM upload WHERE state IN ('created', 'uploading') GROUP BY grp, storage_id`
  const of = (fits: (row: Row) => boolean) => {
    const fitting = rows.filter(fits)
    return {
      count: fitting.reduce((count, row) => count + row.count, 0),
      bytes: fitting.reduce((bytes, row) => bytes + Number(row.bytes), 0),
    }
  }
  return {
    ...of(() => true),
    ofGroup: (group) => of((row) => row.grp === group),
    ofStorage: (group, id) => of((row) => row.grp === group && row.storageId === id).bytes,
  }
}
