import { readOverview } from '../../../../features/admin/server/overview.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireAdmin, handle: () => readOverview() })
