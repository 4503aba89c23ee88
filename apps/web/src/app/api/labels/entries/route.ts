import { requireUser } from '../../../../features/auth/session.ts'
import { changeMarks, marksOf } from '../../../../features/labels/commands.ts'
import { markSchema } from '../../../../features/labels/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: markSchema,
  handle: ({ user, body }) =>
    changeMarks(user.id, { add: marksOf(body.add, body.ids), remove: marksOf(body.remove, body.ids) }),
})
