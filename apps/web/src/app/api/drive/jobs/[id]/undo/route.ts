import { requireUser } from '../../../../../../features/auth/session.ts'
import { undoJob } from '../../../../../../features/drive/jobs/perform.ts'
import { entryParamsSchema } from '../../../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  handle: ({ user, params }) => undoJob(user.id, params.id),
})
