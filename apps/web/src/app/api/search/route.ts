import { requireUser } from '../../../features/auth/session.ts'
import { searchQuerySchema } from '../../../features/search/schema.ts'
import { search } from '../../../features/search/search.ts'
import { apiRoute } from '../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  query: searchQuerySchema,
  handle: ({ user, query }) => search(user.id, query),
})
