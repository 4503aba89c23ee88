import { largestQuerySchema } from '../../../../../features/admin/schema.ts'
import { listLargest } from '../../../../../features/admin/server/capacity-tables.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: largestQuerySchema,
  handle: ({ query }) => listLargest(query),
})
