import type { Transaction } from '../../../lib/db.ts'
import { recordActivity } from '../../../lib/entries/activity.ts'
import { ROOT_ID } from '../../../lib/entries/entry-item.ts'
import { KIND_FOLDER } from '../../../lib/entries/entry-rows.ts'
import { openFolder, visibleFolders } from '../../../lib/entries/open-entries.ts'
import { addTreeJobs } from '../../../lib/entries/tree-job.ts'
import {
  type BatchResult,
  countOf,
  type ItemResult,
  lockEntries,
  nextItems,
  type RunningJob,
  saveResults,
} from './job-rows.ts'
import { placeEntries } from './place-entries.ts'
import { decisionOf, settleNames, trashReplaced } from './taken-names.ts'

const BATCH_ITEMS = 500

/**
 * The next entries out of trash, back to where they were; to the top folder when that is gone. A folder whose name is
 * taken always comes back beside the other one: its content is still on its way, and nothing can be merged yet.
 */
export async function restoreStep(tx: Transaction, job: RunningJob): Promise<BatchResult> {
  const items = await nextItems(tx, job, BATCH_ITEMS)
  if (items.length === 0) return { done: 0, finished: true }
  const trashed = (await lockEntries(tx, items)).filter(({ trashId, entryId }) => trashId === entryId)
  const homes = await visibleFolders(tx, job.ownerId, [...new Set(trashed.map(({ parentId }) => parentId))])
  const top = await openFolder(tx, job.ownerId, ROOT_ID)
  const wanted = trashed.map((item) => ({
    item,
    targetId: homes.has(item.parentId) ? item.parentId : top.id,
    name: item.wantedName ?? item.name,
  }))
  const settled = await settleNames(tx, wanted, {
    decide: ({ item }) => decisionOf(job.input, item),
    mergesFolders: false,
  })
  await trashReplaced(tx, settled)
  const placements = settled.flatMap((one) => (one.how === 'place' ? [one.placement] : []))
  await placeEntries(tx, placements)
  const folders = placements.filter(({ item }) => item.kind === KIND_FOLDER)
  await addTreeJobs(
    tx,
    folders.map(({ item }) => item.entryId),
    'restore',
  )
  await recordActivity(
    tx,
    placements.map(({ item }) => ({ entryId: item.entryId, actorId: job.ownerId, kind: 'restored' as const })),
  )
  const results = items.map(({ n }): ItemResult => {
    const one = settled.find(
      (candidate) => (candidate.how === 'place' ? candidate.placement.item : candidate.item).n === n,
    )
    if (one === undefined) return { n, outcome: 'gone' }
    if (one.how !== 'place') return { n, outcome: 'skipped' }
    return { n, outcome: 'done', ...(one.replaced === undefined ? {} : { replacedId: one.replaced.id }) }
  })
  await saveResults(tx, job.id, results)
  return {
    done: items.length,
    skipped: countOf(results, 'skipped') + countOf(results, 'gone'),
    renamed: settled.filter((one) => one.how === 'place' && one.renamed).length,
    bytes: placements.reduce((sum, { item }) => sum + item.size, 0n),
    at: items.at(-1)?.n ?? job.at,
  }
}
