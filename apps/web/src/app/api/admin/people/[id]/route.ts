import { personChangeSchema, publicIdSchema } from '../../../../../features/admin/schema.ts'
import { changePerson } from '../../../../../features/admin/server/change-person.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const PATCH = apiRoute({
  user: requireAdmin,
  params: publicIdSchema,
  body: personChangeSchema,
  handle: ({ user, params, body, request }) => changePerson({ id: user.id, headers: request.headers }, params.id, body),
})
