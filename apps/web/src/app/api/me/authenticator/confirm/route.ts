import { confirmAuthenticator } from '../../../../../features/account/authenticator.ts'
import { codeSchema } from '../../../../../features/account/schema.ts'
import { requireUser } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: codeSchema,
  handle: ({ user, body, request }) => confirmAuthenticator(user, body.code, request.headers),
})
