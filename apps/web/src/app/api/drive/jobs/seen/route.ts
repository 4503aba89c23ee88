import { requireUser } from '../../../../../features/auth/session.ts'
import { seeJobs } from '../../../../../features/drive/jobs/job-queries.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  handle: ({ user }) => seeJobs(user.id),
})
