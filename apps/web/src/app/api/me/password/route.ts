import { changePassword } from '../../../../features/account/commands.ts'
import { changePasswordSchema } from '../../../../features/account/schema.ts'
import { requireUser } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: changePasswordSchema,
  handle: ({ user, body, request }) => changePassword(user, body, request.headers),
})
