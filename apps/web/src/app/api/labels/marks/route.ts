import { requireUser } from '../../../../features/auth/session.ts'
import { changeMarks } from '../../../../features/labels/commands.ts'
import { marksSchema } from '../../../../features/labels/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: marksSchema,
  handle: ({ user, body }) => changeMarks(user.id, body),
})
