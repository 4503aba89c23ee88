import { requireUser } from '../../../../features/auth/session.ts'
import { dropFoldersSchema } from '../../../../features/uploads/schema.ts'
import { makeDroppedFolders } from '../../../../features/uploads/server/drop-folders.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: dropFoldersSchema,
  handle: ({ user, body }) => makeDroppedFolders(user.id, body),
})
