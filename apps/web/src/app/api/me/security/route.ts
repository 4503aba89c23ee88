import { readSecurity } from '../../../../features/account/authenticator.ts'
import { requireUser } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireUser, handle: ({ user }) => readSecurity(user) })
