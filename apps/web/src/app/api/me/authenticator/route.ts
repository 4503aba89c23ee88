import { startAuthenticator } from '../../../../features/account/authenticator.ts'
import { passwordSchema } from '../../../../features/account/schema.ts'
import { requireUser } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: passwordSchema,
  handle: ({ user, body }) => startAuthenticator(user, body.password),
})
