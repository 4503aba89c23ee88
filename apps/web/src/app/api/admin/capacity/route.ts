import { adminOnly } from '../../../../features/admin/server/admin-only.ts'
import { readOverview } from '../../../../features/admin/server/overview.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: adminOnly, handle: () => readOverview() })
