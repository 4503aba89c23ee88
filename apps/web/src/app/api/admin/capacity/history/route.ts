import { historyQuerySchema } from '../../../../../features/admin/schema.ts'
import { adminOnly } from '../../../../../features/admin/server/admin-only.ts'
import { readHistory } from '../../../../../features/admin/server/samples.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: adminOnly,
  query: historyQuerySchema,
  handle: async ({ query }) => ({ points: await readHistory(query.span) }),
})
