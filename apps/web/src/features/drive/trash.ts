import { db, inTransaction, type Transaction, violatedIndex } from '../../lib/db.ts'
import { ROOT_ID } from '../../lib/entries/entry-item.ts'
import { KIND_FOLDER, loadItems } from '../../lib/entries/entry-rows.ts'
import { freeName } from '../../lib/entries/free-name.ts'
import { nameKeys } from '../../lib/entries/name-keys.ts'
import { findFolder, holdFolder, notFound, openEntries, openFolder } from '../../lib/entries/open-entries.ts'
import { addTreeJob, runTreeJob } from '../../lib/entries/tree-job.ts'
import type { Restored, Trashed } from './schema.ts'

const RESTORE_ATTEMPTS = 4
const TREE_BUDGET_MS = 300

/** Trashes entries: gone from every listing at once. They count towards the space of their owner until deleted. */
export async function trashEntries(ownerId: string, ids: string[]): Promise<Trashed> {
  const entries = await inTransaction(async (tx) => {
    const opened = await openEntries(tx, ownerId, ids)
    await tx.$executeRaw`
      UPDATE entry SET trash_id = id, trashed_at = now()
      WHERE id = ANY(${opened.map((entry) => entry.id)}::bigint[])`
    for (const entry of opened) if (entry.kind === KIND_FOLDER) await addTreeJob(tx, entry.id, 'trash')
    return opened
  })
  await startTreeJobs(entries)
  return { trashIds: entries.map((entry) => entry.publicId) }
}

/** Takes entries out of trash, back to where they were; to the top folder when that is gone. */
export async function restoreEntries(ownerId: string, ids: string[]): Promise<Restored> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const restored = await inTransaction((tx) => restoreAll(tx, ownerId, ids))
      await startTreeJobs(restored)
      return await describe(restored)
    } catch (error) {
      // Someone took the name between looking and restoring.
      if (violatedIndex(error) !== 'entry_name' || attempt === RESTORE_ATTEMPTS) throw error
    }
  }
}

/** Small trees are done before the answer; the worker goes on with large ones. */
async function startTreeJobs(tops: { id: bigint; kind: number }[]): Promise<void> {
  const until = Date.now() + TREE_BUDGET_MS
  for (const top of tops) if (top.kind === KIND_FOLDER) await runTreeJob(top.id, until)
}

interface RestoredEntry {
  id: bigint
  kind: number
  renamed: boolean
  parentGone: boolean
}

async function restoreAll(tx: Transaction, ownerId: string, ids: string[]): Promise<RestoredEntry[]> {
  const tops = await tx.$queryRaw<{ id: bigint; parent_public_id: string; name: string; kind: number }[]>`
    SELECT e.id, p.public_id AS parent_public_id, e.name, e.kind::int
    FROM entry e JOIN entry p ON p.id = e.parent_id
    WHERE e.owner_id = ${ownerId} AND e.public_id = ANY(${ids}::text[]) AND e.trash_id = e.id
    ORDER BY e.id FOR NO KEY UPDATE OF e`
  if (tops.length !== new Set(ids).size) throw notFound()
  const restored: RestoredEntry[] = []
  for (const top of tops) {
    const home = await homeOf(tx, ownerId, top.parent_public_id)
    const name = await freeName(tx, home.id, top.name)
    const data = { parentId: home.id, name, ...nameKeys(name), trashId: null, trashedAt: null }
    await tx.entry.update({ where: { id: top.id }, data })
    if (top.kind === KIND_FOLDER) await addTreeJob(tx, top.id, 'restore')
    restored.push({ id: top.id, kind: top.kind, renamed: name !== top.name, parentGone: home.parentGone })
  }
  return restored
}

async function homeOf(
  tx: Transaction,
  ownerId: string,
  parentId: string,
): Promise<{ id: bigint; parentGone: boolean }> {
  const parent = await findFolder(tx, ownerId, parentId)
  if (parent && (await holdFolder(tx, parent.id))) return { id: parent.id, parentGone: false }
  return { id: (await openFolder(tx, ownerId, ROOT_ID)).id, parentGone: true }
}

async function describe(restored: RestoredEntry[]): Promise<Restored> {
  const ids = restored.map(({ id }) => id)
  const items = await loadItems(db(), ids)
  return {
    items: restored.flatMap(({ id, renamed, parentGone }) => {
      const item = items.get(id)
      return item ? [{ ...item, renamed, parentGone }] : []
    }),
  }
}
