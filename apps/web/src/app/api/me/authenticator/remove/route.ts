import { removeAuthenticator } from '../../../../../features/account/authenticator.ts'
import { codeSchema, passwordSchema } from '../../../../../features/account/schema.ts'
import { requireUser } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: passwordSchema.extend(codeSchema.shape),
  handle: ({ user, body, request }) => removeAuthenticator(user, body, request.headers),
})
