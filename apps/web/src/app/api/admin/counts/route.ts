import { countForAdmin } from '../../../../features/admin/server/find.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireAdmin, handle: () => countForAdmin() })
