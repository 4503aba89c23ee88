import { storageParamsSchema } from '../../../../../../../features/admin/schema.ts'
import { checkStorage } from '../../../../../../../features/admin/server/change-storage.ts'
import { requireAdmin } from '../../../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireAdmin,
  params: storageParamsSchema,
  handle: ({ user, params, request }) => checkStorage({ id: user.id, headers: request.headers }, params),
})
