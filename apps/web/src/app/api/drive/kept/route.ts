import { requireUser } from '../../../../features/auth/session.ts'
import { keptFacts } from '../../../../features/drive/kept-facts.ts'
import { copiesQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  query: copiesQuerySchema,
  handle: ({ user, query }) => keptFacts(user.id, query.ids),
})
