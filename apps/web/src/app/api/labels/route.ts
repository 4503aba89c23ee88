import { requireUser } from '../../../features/auth/session.ts'
import { readLabels } from '../../../features/labels/queries.ts'
import { apiRoute } from '../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireUser, handle: ({ user }) => readLabels(user.id) })
