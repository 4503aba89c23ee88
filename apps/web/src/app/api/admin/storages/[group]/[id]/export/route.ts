import { storageParamsSchema } from '../../../../../../../features/admin/schema.ts'
import { exportLastHour } from '../../../../../../../features/admin/server/capacity-tables.ts'
import { requireAdmin } from '../../../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  params: storageParamsSchema,
  handle: ({ params: { group, id } }) => exportLastHour(group, id),
})
