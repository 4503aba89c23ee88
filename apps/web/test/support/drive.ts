import { jobView } from '../../src/features/drive/jobs/job-queries.ts'
import { db } from '../../src/lib/db.ts'
import { runJobs } from '../../src/worker/jobs.ts'
import { continueTreeJobs } from '../../src/worker/tree-jobs.ts'
import type { Browser } from './browser.ts'
import { addFile, type Person } from './people.ts'

export interface Folder {
  id: string
  row: bigint
}

const AT_ONCE_ITEMS = 200

/** On a busy machine also small jobs are left to the worker, which is this process then. */
async function settled(answering: ReturnType<Browser['post']>): ReturnType<Browser['post']> {
  const answer = await answering
  const job = answer.body?.job
  if (answer.status !== 200 || job === undefined || job.total > AT_ONCE_ITEMS) return answer
  await runJobs()
  await continueTreeJobs()
  const { id } = await db().job.findUniqueOrThrow({ where: { publicId: job.id } })
  return { ...answer, body: { ...answer.body, job: await jobView(id) } }
}

/** What tests of operations do again and again, as one signed-in person. */
export function driveOf(browser: Browser, person: Person) {
  return {
    post: (action: string, body: object) => settled(browser.post(`/api/drive/${action}`, body)),
    undo: (jobId: string) => settled(browser.post(`/api/drive/jobs/${jobId}/undo`, {})),
    used: async () => (await db().quota.findUniqueOrThrow({ where: { userId: person.id } })).used,
    makeFolder: async (name: string, parentId = 'root'): Promise<Folder> => {
      const { body } = await browser.post('/api/drive/folders', { parentId, name })
      const { id: row } = await db().entry.findUniqueOrThrow({ where: { publicId: body.id } })
      return { id: body.id, row }
    },
    /** Names of the first page, by code units. */
    names: async (folder: string): Promise<string[]> => {
      const { body } = await browser.get(`/api/drive/entries?folder=${folder}`)
      return body.items.map(({ name }: { name: string }) => name).toSorted()
    },
    /** Files 'f0' … of one byte each, all with the same content, and their space accounted for. */
    fill: async (folder: Folder, count: number): Promise<void> => {
      const first = await addFile(person.id, folder.row, 'f0')
      await db().$executeRaw`
        INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, category, blob_id, size)
        SELECT ${folder.id} || n, owner_id, parent_id, 1, 'f' || n, 'f' || n, category, blob_id, size
        FROM entry, generate_series(1, ${count - 1}::int) n WHERE id = ${first.id}`
      await db().$executeRaw`UPDATE quota SET used = used + ${count} WHERE user_id = ${person.id}`
    },
  }
}

export const countIn = ({ row }: Folder) => db().entry.count({ where: { parentId: row, trashId: null } })

/** As if the process that was at this job had died a minute ago. */
export async function loseJob(id: bigint): Promise<void> {
  await db().job.update({ where: { id }, data: { beatAt: new Date(Date.now() - 60_000) } })
}
