import { requireUser } from '../../../../features/auth/session.ts'
import { listJobs } from '../../../../features/drive/jobs/job-queries.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  handle: ({ user }) => listJobs(user.id),
})
