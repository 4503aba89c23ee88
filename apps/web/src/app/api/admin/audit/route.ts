import { auditQuerySchema } from '../../../../features/admin/schema.ts'
import { listAudit } from '../../../../features/admin/server/audit-log.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireAdmin, query: auditQuerySchema, handle: ({ query }) => listAudit(query) })
