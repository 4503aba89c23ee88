import { publicIdSchema } from '../../../../../features/admin/schema.ts'
import { revokeSharedLink } from '../../../../../features/admin/server/shared-links.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const DELETE = apiRoute({
  user: requireAdmin,
  params: publicIdSchema,
  handle: ({ user, params, request }) => revokeSharedLink({ id: user.id, headers: request.headers }, params.id),
})
