import { db } from '../lib/db.ts'
import { errorText } from './back-off.ts'

/** Runs a task and writes down when, and with what error: administrators see it. The error travels on. */
export async function logged<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const startedAt = new Date()
  await db().workerTask.upsert({ where: { name }, create: { name, startedAt }, update: { startedAt } })
  try {
    const result = await work()
    await db().workerTask.updateMany({ where: { name }, data: { finishedAt: new Date() } })
    return result
  } catch (error) {
    await db().workerTask.updateMany({ where: { name }, data: { error: errorText(error), failedAt: new Date() } })
    throw error
  }
}
