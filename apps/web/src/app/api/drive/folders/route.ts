import { requireUser } from '../../../../features/auth/session.ts'
import { createFolder } from '../../../../features/drive/commands.ts'
import { createFolderSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: createFolderSchema,
  status: 201,
  handle: ({ user, body }) => createFolder(user.id, body.parentId, body.name),
})
