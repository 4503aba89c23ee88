import type { Transaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { findFolder, holdFolder, notFound } from '../../../lib/entries/open-entries.ts'
import { checkFolders, lockFolderMoves } from './folder-checks.ts'
import {
  addChildren,
  type BatchResult,
  countOf,
  type ItemResult,
  type JobEntry,
  lockEntries,
  nextItems,
  type RunningJob,
  saveResults,
} from './job-rows.ts'
import { placeEntries } from './place-entries.ts'
import { decisionOf, type Settled, settleNames, trashReplaced } from './taken-names.ts'

const BATCH_ITEMS = 500

/** The next entries into their folders. Folders that were merged into others leave when everything else is done. */
export async function moveStep(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  if (job.phase === 1) return await clearMerged(tx, job)
  const items = await nextItems(tx, job, BATCH_ITEMS)
  if (items.length === 0) return { done: 0, phase: 1 }
  if (items.some(({ kind }) => kind === KIND_FOLDER)) await lockFolderMoves(tx, job.ownerId)
  const results: ItemResult[] = []
  const merged: { folderId: bigint; targetId: bigint }[] = []
  let renamed = 0
  for (const [targetId, group] of byTarget(items, job)) {
    const settled = await moveInto(tx, job, targetId, group)
    for (const one of settled)
      if (one.how === 'merge') merged.push({ folderId: one.item.entryId, targetId: one.into.id })
    renamed += settled.filter((one) => one.how === 'place' && one.renamed).length
    results.push(...resultsOf(group, settled))
  }
  const found = await addChildren(tx, job.id, merged)
  await saveResults(tx, job.id, results)
  const moved = new Set(results.filter(({ outcome }) => outcome === 'done').map(({ n }) => n))
  return {
    done: items.length,
    skipped: countOf(results, 'skipped') + countOf(results, 'gone'),
    renamed,
    bytes: items.reduce((sum, { n, size }) => (moved.has(n) ? sum + size : sum), 0n),
    found,
    at: items.at(-1)?.n ?? job.at,
  }
}

function byTarget(items: readonly JobEntry[], job: RunningJob): Map<bigint, JobEntry[]> {
  const groups = new Map<bigint, JobEntry[]>()
  for (const item of items) {
    const targetId = item.targetId ?? BigInt(job.input.target?.internalId ?? 0)
    groups.set(targetId, [...(groups.get(targetId) ?? []), item])
  }
  return groups
}

async function moveInto(tx: Transaction, job: RunningJob, targetId: bigint, items: JobEntry[]): Promise<Settled[]> {
  const target = await targetOf(tx, job, targetId)
  if (target === null) return []
  const present = (await lockEntries(tx, items)).filter(({ trashId }) => trashId === null)
  const folders = present.filter(({ kind }) => kind === KIND_FOLDER)
  await checkFolders(
    tx,
    folders.map(({ publicId, entryId }) => ({ publicId, id: entryId })),
    target,
  )
  const wanted = present.map((item) => ({ item, targetId, name: item.wantedName ?? item.name }))
  const settled = await settleNames(tx, wanted, {
    decide: ({ item }) => decisionOf(job.input, item),
    mergesFolders: true,
  })
  await trashReplaced(tx, settled)
  const placements = settled.flatMap((one) => (one.how === 'place' ? [one.placement] : []))
  await placeEntries(tx, placements)
  const tops = placements.filter(({ item }) => item.top)
  await recordActivity(
    tx,
    tops.map(({ item }) => ({
      entryId: item.entryId,
      actorId: job.ownerId,
      kind: 'moved' as const,
      detail: { to: target.name },
    })),
  )
  return settled
}

/** The folder, held; null when one of many is gone. When the folder of the whole job is gone, the job ends. */
async function targetOf(tx: Transaction, job: RunningJob, targetId: bigint) {
  const isMain = String(targetId) === job.input.target?.internalId
  const row = await tx.entry.findUnique({ where: { id: targetId }, select: { publicId: true } })
  const target = row === null ? undefined : await findFolder(tx, job.ownerId, row.publicId)
  if (target !== undefined && (await holdFolder(tx, target.id))) return target
  if (isMain) throw notFound()
  return null
}

function resultsOf(items: readonly JobEntry[], settled: readonly Settled[]): ItemResult[] {
  const known = new Map(settled.map((one) => [(one.how === 'place' ? one.placement.item : one.item).n, one]))
  return items.map(({ n }) => {
    const one = known.get(n)
    if (one === undefined) return { n, outcome: 'gone' }
    if (one.how === 'skip') return { n, outcome: 'skipped' }
    if (one.how === 'merge') return { n, outcome: 'merged' }
    const { item } = one.placement
    return {
      n,
      outcome: 'done',
      fromId: item.parentId,
      fromName: item.name,
      ...(one.replaced === undefined ? {} : { replacedId: one.replaced.id }),
    }
  })
}

/** Folders whose whole content went into another one go to trash, the innermost first; skipped content keeps them. */
async function clearMerged(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const merged = await tx.$queryRaw<{ entryId: bigint }[]>`
    SELECT entry_id AS "entryId" FROM job_item WHERE job_id = ${job.id} AND outcome = 'merged' ORDER BY n DESC`
  for (const { entryId } of merged) {
    await tx.$executeRaw`
      UPDATE entry SET trash_id = id, trashed_at = now()
      WHERE id = ${entryId} AND trash_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM entry c WHERE c.parent_id = ${entryId} AND c.trash_id IS NULL)`
  }
  return { done: 0, finished: true }
}
