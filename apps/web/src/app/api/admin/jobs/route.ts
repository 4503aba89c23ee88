import { runJobSchema } from '../../../../features/admin/schema.ts'
import { listJobs, runJob } from '../../../../features/admin/server/jobs.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireAdmin, handle: () => listJobs() })

export const POST = apiRoute({
  user: requireAdmin,
  body: runJobSchema,
  handle: ({ user, body, request }) => runJob({ id: user.id, headers: request.headers }, body),
})
