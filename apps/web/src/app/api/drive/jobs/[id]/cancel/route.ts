import { requireUser } from '../../../../../../features/auth/session.ts'
import { cancelJob } from '../../../../../../features/drive/jobs/job-queries.ts'
import { entryParamsSchema } from '../../../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  handle: ({ user, params }) => cancelJob(user.id, params.id),
})
