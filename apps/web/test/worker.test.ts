import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleWorker } from '../../../scripts/lib/bundle.mjs'
import { db } from '../src/lib/db.ts'
import { newPublicId } from '../src/lib/public-id.ts'
import { crontab } from '../src/worker/tasks.ts'
import { freshDatabase } from './support/database.ts'
import { newPerson } from './support/people.ts'

await freshDatabase()
const script = path.join(import.meta.dirname, '../dist/worker.js')
const workers: ChildProcess[] = []

beforeAll(() => bundleWorker())
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.kill('SIGKILL')
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit')
  }
})

/** The bundled worker as a process of its own, once it says that it is ready. */
async function startWorker(): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [script], { env: process.env, stdio: ['ignore', 'pipe', 'inherit'] })
  workers.push(worker)
  for await (const line of createInterface({ input: worker.stdout })) {
    if (JSON.parse(line).msg === 'ready') {
      worker.stdout.resume()
      return worker
    }
  }
  throw new Error('the worker ended before it was ready')
}

/** A trashed folder with many entries below it that no job has marked yet. */
async function trashedTree(count: number): Promise<bigint> {
  const { id: ownerId, rootId } = await newPerson()
  const data = { publicId: newPublicId(), ownerId, parentId: rootId, kind: 0, name: 'big', sortKey: 'big' }
  const top = await db().entry.create({ data })
  await db().$executeRaw`
    INSERT INTO entry (public_id, owner_id, parent_id, kind, name, sort_key, grams)
    SELECT ${newPublicId()} || n, ${ownerId}, ${top.id}, 0, 'f' || n, 'f' || n, ARRAY['f'] FROM generate_series(1, ${count}::int) n`
  await db().entry.update({ where: { id: top.id }, data: { trashId: top.id, trashedAt: new Date() } })
  await db().treeJob.create({ data: { topId: top.id, kind: 'trash' } })
  return top.id
}

async function isNothingLocked(): Promise<boolean> {
  const unlocked = await db().$queryRaw<unknown[]>`SELECT 1 FROM tree_job FOR UPDATE SKIP LOCKED`
  return unlocked.length === (await db().treeJob.count())
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('workers', () => {
  it('start together on a new database, do what was left, and end with 0 when asked to', async () => {
    const top = await trashedTree(6000)
    const [one, two] = await Promise.all([startWorker(), startWorker()])
    await until(async () => (await db().treeJob.count()) === 0)
    expect(await db().entry.count({ where: { parentId: top, trashId: top } })).toBe(6000)
    for (const worker of [one, two]) {
      worker.kill('SIGTERM')
      expect(await once(worker, 'exit')).toEqual([0, null])
    }
  }, 180_000)

  it('go on where one was killed', async () => {
    const top = await trashedTree(12_000)
    const first = await startWorker()
    await until(async () => (await db().entry.count({ where: { parentId: top, trashId: top } })) > 0)
    first.kill('SIGKILL')
    await once(first, 'exit')
    // PostgreSQL ends the dead worker's transaction when it next looks at the connection.
    await until(isNothingLocked)
    await startWorker()
    await until(async () => (await db().treeJob.count()) === 0)
    expect(await db().entry.count({ where: { parentId: top, trashId: top } })).toBe(12_000)
  }, 180_000)

  it('run by a schedule that PostgreSQL knows', async () => {
    await startWorker()
    const known = async () => {
      const rows = await db().$queryRaw<{ identifier: string }[]>`
        SELECT identifier FROM graphile_worker._private_known_crontabs ORDER BY identifier`
      return rows.map((row) => row.identifier)
    }
    // The sixth field of each line names the task.
    const tasks = crontab.split('\n').map((line) => line.split(' ')[5])
    expect(tasks).toContain('reapBlobs')
    await expect.poll(known).toEqual(tasks.toSorted())
  })
})
