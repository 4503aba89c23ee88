import { db } from '../lib/db.ts'
import { forgetSpooledUploads } from '../lib/spooled-uploads.ts'

const UPLOADS_KEPT_DAYS = 30
const SESSIONS_KEPT_DAYS = 30
const JOBS_KEPT_DAYS = 1
const BATCH = 1000

/** Deletes rows that nobody asks for any more. Returns how many. */
export async function forgetOldRows(): Promise<number> {
  // Longer than any browser or storage goes on asking about an upload that has ended.
  const uploads = await db().$executeRaw`
    DELETE FROM upload WHERE id IN (
      SELECT id FROM upload
      WHERE state NOT IN ('created', 'uploading') AND updated_at < now() - make_interval(days => ${UPLOADS_KEPT_DAYS})
      LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`
  const sessions = await db().$executeRaw`
    DELETE FROM session
    WHERE least(expires_at, revoked_at) < now() - make_interval(days => ${SESSIONS_KEPT_DAYS})`
  const attempts = await db().$executeRaw`DELETE FROM attempt WHERE window_end < now()`
  // The last thing to ask for is the way back, some minutes later; what was never looked at is old news.
  const jobs = await db().$executeRaw`
    DELETE FROM job WHERE finished_at < now() - make_interval(days => ${JOBS_KEPT_DAYS})`
  return uploads + sessions + attempts + jobs + (await forgetSpooledUploads())
}
