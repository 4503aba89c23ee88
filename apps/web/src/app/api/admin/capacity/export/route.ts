import { exportQuerySchema } from '../../../../../features/admin/schema.ts'
import { exportHistory, exportLargest, exportTree } from '../../../../../features/admin/server/capacity-tables.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: exportQuerySchema,
  handle: async ({ query }) => {
    if (query.table === 'tree') return await exportTree()
    return query.table === 'history' ? await exportHistory(query.span) : exportLargest(query.kind)
  },
})
