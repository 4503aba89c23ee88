import { createJob } from '../features/drive/jobs/create-job.ts'
import { runJob } from '../features/drive/jobs/run-job.ts'
import { db } from '../lib/db.ts'
import { readSettings } from '../lib/settings.ts'

const BATCH = 1000
const BUDGET_MS = 20_000

/** Deletes for good what has been in trash for longer than the settings say. Returns how many things that were. */
export async function expireTrash(): Promise<number> {
  const { trashDays } = await readSettings()
  const until = Date.now() + BUDGET_MS
  const due = await db().$queryRaw<{ ownerId: string; ids: string[] }[]>`
    SELECT owner_id AS "ownerId", array_agg(public_id) AS ids FROM (
      SELECT owner_id, public_id FROM entry
      WHERE trash_id = id AND trashed_at < now() - make_interval(days => ${trashDays})
      ORDER BY trashed_at LIMIT ${BATCH}
    ) e GROUP BY owner_id`
  for (const { ownerId, ids } of due) {
    const { id } = await createJob({ ownerId, kind: 'delete', selector: { ids } })
    // Nobody asked for it, so that nobody waits for its end.
    await db().job.update({ where: { id }, data: { seenAt: new Date() } })
    await runJob(id, until)
  }
  return due.reduce((sum, { ids }) => sum + ids.length, 0)
}
