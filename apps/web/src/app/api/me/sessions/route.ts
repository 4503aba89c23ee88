import { listSessions } from '../../../../features/auth/queries.ts'
import { endSessionsSchema } from '../../../../features/auth/schema.ts'
import { requireUser, revokeSessions } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireUser, handle: ({ user }) => listSessions(user) })

export const DELETE = apiRoute({
  user: requireUser,
  query: endSessionsSchema,
  handle: ({ user, query }) =>
    revokeSessions(user.id, query.id === undefined ? { allBut: user.sessionId } : { only: query.id }),
})
