import { requireUser } from '../../../../../features/auth/session.ts'
import { renameEntry } from '../../../../../features/drive/commands.ts'
import { entryParamsSchema, renameSchema } from '../../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const PATCH = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  body: renameSchema,
  handle: ({ user, params, body }) => renameEntry(user.id, params.id, body.name),
})
