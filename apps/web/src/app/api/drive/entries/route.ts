import { requireUser } from '../../../../features/auth/session.ts'
import { listEntries } from '../../../../features/drive/queries.ts'
import { listQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  query: listQuerySchema,
  handle: ({ user, query }) => listEntries(user.id, query),
})
