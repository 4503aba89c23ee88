import { ApiError } from '../../lib/api-error.ts'
import { inTransaction, type Transaction, violatedIndex } from '../../lib/db.ts'
import { recordActivity } from '../../lib/entries/activity.ts'
import { categoryOf } from '../../lib/entries/category.ts'
import { loadItems } from '../../lib/entries/entry-rows.ts'
import { checkedName } from '../../lib/entries/name.ts'
import { nameKeys } from '../../lib/entries/name-keys.ts'
import { DEPTH_MAX, notFound, openAndHoldFolder, openEntries } from '../../lib/entries/open-entries.ts'
import { newPublicId } from '../../lib/public-id.ts'
import type { EntryItem } from './schema.ts'

function nameTaken(name: string, cause?: unknown): ApiError {
  return new ApiError('name_taken', `“${name}” exists here already.`, { field: 'name', detail: { name }, cause })
}

async function itemOf(tx: Transaction, id: bigint): Promise<EntryItem> {
  const item = (await loadItems(tx, [id])).get(id)
  if (!item) throw notFound()
  return item
}

export async function createFolder(ownerId: string, parentId: string, typedName: string): Promise<EntryItem> {
  const name = checkedName(typedName)
  const keys = nameKeys(name)
  return await inTransaction(async (tx) => {
    const parent = await openAndHoldFolder(tx, ownerId, parentId)
    if (parent.depth >= DEPTH_MAX) throw new ApiError('too_deep', `Folders may be ${DEPTH_MAX} deep at most.`)
    const [created] = await tx.$queryRaw<{ id: bigint }[]>`
      INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams)
      VALUES (${newPublicId()}, ${ownerId}, ${parent.id}, 0, ${name}, ${keys.sortKey}, ${keys.grams})
      ON CONFLICT DO NOTHING RETURNING id`
    if (!created) throw nameTaken(name)
    return await itemOf(tx, created.id)
  })
}

export async function renameEntry(ownerId: string, entryId: string, typedName: string): Promise<EntryItem> {
  const name = checkedName(typedName)
  try {
    return await inTransaction(async (tx) => {
      const [entry] = await openEntries(tx, ownerId, [entryId])
      if (!entry) throw notFound()
      const { blob } = await tx.entry.findUniqueOrThrow({ where: { id: entry.id }, select: { blob: true } })
      const category = blob ? categoryOf(blob.contentType, name) : null
      await tx.entry.update({ where: { id: entry.id }, data: { name, ...nameKeys(name), category } })
      await recordActivity(tx, [{ entryId: entry.id, actorId: ownerId, kind: 'renamed', detail: { from: entry.name } }])
      return await itemOf(tx, entry.id)
    })
  } catch (error) {
    if (violatedIndex(error) === 'entry_name') throw nameTaken(name, error)
    throw error
  }
}
