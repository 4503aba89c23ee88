import { db } from '../../../lib/db.ts'
import { readSettings } from '../../../lib/settings.ts'
import { hashesAlways } from '../instant-rules.ts'

/** A file before it is sent; `probe`: the SHA-256 of its head in hexadecimal, where the browser has made it. */
interface AnnouncedFile {
  size: number
  probe?: string | undefined
}

/**
 * Which of these files are worth hashing, in their order. Where that depends on what is stored, only what the person
 * keeps is looked at: size and head of a form must not tell that somebody else has filled it in.
 */
export async function hashHints(ownerId: string, files: readonly AnnouncedFile[]): Promise<boolean[]> {
  const { instantScope } = await readSettings()
  const hints = files.map(({ size }) => hashesAlways(instantScope, size))
  const open = files.flatMap(({ size, probe }, index) => (hints[index] === null ? [{ index, size, probe }] : []))
  const kept = new Set(open.length === 0 ? [] : await keptAlready(ownerId, open))
  return hints.map((hint, index) => hint ?? kept.has(index))
}

async function keptAlready(ownerId: string, files: readonly (AnnouncedFile & { index: number })[]): Promise<number[]> {
  const rows = await db().$queryRaw<{ index: number }[]>`
    SELECT f.index FROM jsonb_to_recordset(${JSON.stringify(files)}::jsonb) AS f(index int, size bigint, probe text)
    WHERE EXISTS (
      SELECT 1 FROM entry e JOIN blob b ON b.id = e.blob_id
      WHERE e.owner_id = ${ownerId} AND e.kind = 1 AND e.size = f.size
        AND (f.probe IS NULL OR b.head = decode(f.probe, 'hex')))`
  return rows.map(({ index }) => index)
}
