import { db } from '../db.ts'
import { notFound } from '../entries/open-entries.ts'
import { selectEntries } from '../entries/select-entries.ts'
import type { EntrySelector } from '../entries/selector.ts'
import { portableName } from './portable-name.ts'
import { makeZipSnapshot, zipTarget } from './zip-snapshot.ts'
import { tooManyForZip, ZIP_ENTRIES_MAX } from './zip-tree.ts'

/** Where a person gets entries of their own drive as one ZIP. Throws not_found when one is missing, too_large for too many. */
export async function makeOwnZip(
  ownerId: string,
  selector: EntrySelector,
  entriesMax = ZIP_ENTRIES_MAX,
): Promise<string> {
  const chosen = await selectEntries(db(), ownerId, selector)
  const tops = await db().$queryRaw<{ id: bigint; public_id: string; name: string }[]>`
    SELECT id, public_id, name FROM entry WHERE id IN (${chosen}) ORDER BY kind, sort_key, id LIMIT ${entriesMax + 1}`
  if (tops.length > entriesMax) throw tooManyForZip()
  const [first] = tops
  if (!first) throw notFound()
  const name = portableName(first.name)
  const topIds = tops.map(({ id }) => id)
  const target = zipTarget(tops.map((top) => top.public_id))
  return `/api/zip/${await makeZipSnapshot({ reader: { ownerId }, topIds, target, name })}`
}
