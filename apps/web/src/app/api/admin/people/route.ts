import { peopleQuerySchema } from '../../../../features/admin/schema.ts'
import { listPeople } from '../../../../features/admin/server/people.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireAdmin, query: peopleQuerySchema, handle: ({ query }) => listPeople(query) })
