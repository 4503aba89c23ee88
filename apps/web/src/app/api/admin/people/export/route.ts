import { peopleExportSchema } from '../../../../../features/admin/schema.ts'
import { exportPeople } from '../../../../../features/admin/server/people.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: peopleExportSchema,
  handle: ({ query }) => Promise.resolve(exportPeople(query)),
})
