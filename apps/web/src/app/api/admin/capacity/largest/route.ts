import { largestQuerySchema } from '../../../../../features/admin/schema.ts'
import { adminOnly } from '../../../../../features/admin/server/admin-only.ts'
import { listLargest } from '../../../../../features/admin/server/capacity-tables.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({ user: adminOnly, query: largestQuerySchema, handle: ({ query }) => listLargest(query) })
