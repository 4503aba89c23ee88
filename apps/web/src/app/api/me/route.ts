import { changeProfile } from '../../../features/account/commands.ts'
import { profileSchema } from '../../../features/account/schema.ts'
import { getMe } from '../../../features/auth/queries.ts'
import { requireUser } from '../../../features/auth/session.ts'
import { apiRoute } from '../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireUser, handle: ({ user }) => getMe(user) })

export const PATCH = apiRoute({
  user: requireUser,
  body: profileSchema,
  handle: ({ user, body }) => changeProfile(user, body),
})
