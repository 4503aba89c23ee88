import { exportQuerySchema } from '../../../../../features/admin/schema.ts'
import { adminOnly } from '../../../../../features/admin/server/admin-only.ts'
import { exportHistory, exportLargest, exportTree } from '../../../../../features/admin/server/capacity-tables.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: adminOnly,
  query: exportQuerySchema,
  handle: async ({ query }) => {
    if (query.table === 'tree') return await exportTree()
    return query.table === 'history' ? await exportHistory(query.span) : exportLargest(query.kind)
  },
})
