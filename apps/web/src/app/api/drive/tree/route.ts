import { requireUser } from '../../../../features/auth/session.ts'
import { listFolderTree } from '../../../../features/drive/queries.ts'
import { treeQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  query: treeQuerySchema,
  handle: ({ user, query }) => listFolderTree(user.id, query.folder),
})
