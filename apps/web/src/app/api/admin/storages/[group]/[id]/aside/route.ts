import { asideSchema, storageParamsSchema } from '../../../../../../../features/admin/schema.ts'
import { settleAside } from '../../../../../../../features/admin/server/change-storage.ts'
import { requireAdmin } from '../../../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireAdmin,
  params: storageParamsSchema,
  body: asideSchema,
  handle: ({ user, params, body, request }) => settleAside({ id: user.id, headers: request.headers }, params, body),
})
