import { requireUser } from '../../../../features/auth/session.ts'
import { presenceSchema } from '../../../../features/uploads/schema.ts'
import { notePresence } from '../../../../features/uploads/server/presence.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: presenceSchema,
  handle: ({ user, body }) => notePresence(user.id, body),
})
