import { requireUser } from '../../../../features/auth/session.ts'
import { moveEntries } from '../../../../features/drive/commands.ts'
import { moveSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: moveSchema,
  handle: ({ user, body }) => moveEntries(user.id, body.ids, body.targetId),
})
