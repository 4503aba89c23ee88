import { requireUser } from '../../../../features/auth/session.ts'
import { preflightSchema } from '../../../../features/uploads/schema.ts'
import { preflight } from '../../../../features/uploads/server/preflight.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: preflightSchema,
  handle: ({ user, body }) => preflight(user.id, body),
})
