import { auditExportSchema } from '../../../../../features/admin/schema.ts'
import { exportAudit } from '../../../../../features/admin/server/audit-log.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: auditExportSchema,
  handle: ({ query }) => exportAudit(query),
})
