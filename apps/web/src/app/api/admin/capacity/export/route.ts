import { exportQuerySchema } from '../../../../../features/admin/schema.ts'
import {
  exportHistory,
  exportLargest,
  exportLedger,
  exportTree,
} from '../../../../../features/admin/server/capacity-tables.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: exportQuerySchema,
  handle: async ({ query }) => {
    switch (query.table) {
      case 'tree':
        return await exportTree()
      case 'ledger':
        return await exportLedger()
      case 'history':
        return await exportHistory(query.span)
      case 'largest':
        return exportLargest(query.kind)
    }
  },
})
