import { requireUser } from '../../../../features/auth/session.ts'
import { trashSchema } from '../../../../features/drive/schema.ts'
import { trashEntries } from '../../../../features/drive/trash.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: trashSchema,
  handle: ({ user, body }) => trashEntries(user.id, body.ids),
})
