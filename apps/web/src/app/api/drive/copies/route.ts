import { requireUser } from '../../../../features/auth/session.ts'
import { listCopies } from '../../../../features/drive/copies.ts'
import { copiesQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  query: copiesQuerySchema,
  handle: ({ user, query }) => listCopies(user.id, query.ids),
})
