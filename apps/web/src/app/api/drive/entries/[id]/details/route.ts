import { requireUser } from '../../../../../../features/auth/session.ts'
import { entryDetails } from '../../../../../../features/drive/details.ts'
import { entryParamsSchema } from '../../../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  handle: ({ user, params }) => entryDetails(user.id, params.id),
})
