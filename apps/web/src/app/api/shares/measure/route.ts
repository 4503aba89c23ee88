import { requireUser } from '../../../../features/auth/session.ts'
import { measureSchema } from '../../../../features/shares/schema.ts'
import { measureChosen } from '../../../../features/shares/server/measure-chosen.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: measureSchema,
  handle: ({ user, body }) => measureChosen(user.id, body.ids),
})
