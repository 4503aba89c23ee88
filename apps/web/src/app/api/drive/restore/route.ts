import { requireUser } from '../../../../features/auth/session.ts'
import { restoreSchema } from '../../../../features/drive/schema.ts'
import { restoreEntries } from '../../../../features/drive/trash.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: restoreSchema,
  handle: ({ user, body }) => restoreEntries(user.id, body.ids),
})
