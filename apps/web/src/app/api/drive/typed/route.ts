import { requireUser } from '../../../../features/auth/session.ts'
import { findTyped } from '../../../../features/drive/find-typed.ts'
import { typedQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  query: typedQuerySchema,
  handle: ({ user, query }) => findTyped(user.id, query),
})
