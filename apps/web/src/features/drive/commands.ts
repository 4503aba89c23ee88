import { ApiError } from '../../lib/api-error.ts'
import { inTransaction, type Transaction, violatedIndex } from '../../lib/db.ts'
import { categoryOf } from '../../lib/entries/category.ts'
import { KIND_FOLDER, loadItems } from '../../lib/entries/entry-rows.ts'
import { checkedName } from '../../lib/entries/name.ts'
import { nameKeys } from '../../lib/entries/name-keys.ts'
import { DEPTH_MAX, notFound, type OpenEntry, openAndHoldFolder, openEntries } from '../../lib/entries/open-entries.ts'
import { newPublicId } from '../../lib/public-id.ts'
import type { EntryItem, Moved } from './schema.ts'

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
      return await itemOf(tx, entry.id)
    })
  } catch (error) {
    if (violatedIndex(error) === 'entry_name') throw nameTaken(name, error)
    throw error
  }
}

/** Moves entries into a folder, all or none. */
export async function moveEntries(ownerId: string, ids: string[], targetId: string): Promise<Moved> {
  return await inTransaction(async (tx) => {
    await lockFolderMoves(tx, ownerId, ids)
    const entries = await openEntries(tx, ownerId, ids)
    const folders = entries.filter((entry) => entry.kind === KIND_FOLDER)
    const target = await openAndHoldFolder(tx, ownerId, targetId)
    await checkFolders(tx, folders, target)
    for (const entry of entries) await moveOne(tx, entry, target.id)
    const items = await loadItems(
      tx,
      entries.map((entry) => entry.id),
    )
    return { items: [...items.values()] }
  })
}

/**
 * Two moves of folders into each other, at the same time, would each see no cycle and make one together. The lock comes
 * before those on rows, or the two would wait for each other. Files need none.
 */
async function lockFolderMoves(tx: Transaction, ownerId: string, ids: string[]): Promise<void> {
  const folder = await tx.entry.findFirst({ where: { publicId: { in: ids }, kind: KIND_FOLDER }, select: { id: true } })
  if (folder) await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${ownerId}, 1))`
}

async function moveOne(tx: Transaction, entry: OpenEntry, targetId: bigint): Promise<void> {
  if (entry.parentId === targetId) return
  try {
    await tx.entry.update({ where: { id: entry.id }, data: { parentId: targetId } })
  } catch (error) {
    if (violatedIndex(error) === 'entry_name') throw nameTaken(entry.name, error)
    throw error
  }
}

async function checkFolders(
  tx: Transaction,
  folders: OpenEntry[],
  target: { publicId: string; depth: number; path: { id: string }[] },
): Promise<void> {
  if (folders.length === 0) return
  const above = new Set(target.path.map(({ id }) => id))
  if (folders.some((folder) => above.has(folder.publicId))) {
    throw new ApiError('move_into_self', 'A folder cannot move into itself.')
  }
  const height = await heightOf(
    tx,
    folders.map((folder) => folder.id),
  )
  if (target.depth + height > DEPTH_MAX) throw new ApiError('too_deep', `Folders may be ${DEPTH_MAX} deep at most.`)
}

/** Levels of folders from these down to the deepest below them, themselves included. */
async function heightOf(tx: Transaction, folderIds: bigint[]): Promise<number> {
  const [row] = await tx.$queryRaw<[{ height: number }]>`
    WITH RECURSIVE down AS (
      SELECT id, 1 AS level FROM entry WHERE id = ANY(${folderIds}::bigint[])
      UNION ALL
      SELECT c.id, down.level + 1 FROM down JOIN entry c ON c.parent_id = down.id
      WHERE c.kind = 0 AND c.trash_id IS NULL AND down.level <= ${DEPTH_MAX}
    )
    SELECT coalesce(max(level), 0)::int AS height FROM down`
  return row.height
}
