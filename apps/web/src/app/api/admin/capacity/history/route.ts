import { historyQuerySchema } from '../../../../../features/admin/schema.ts'
import { readHistory } from '../../../../../features/admin/server/samples.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: historyQuerySchema,
  handle: async ({ query }) => ({ points: await readHistory(query.span) }),
})
