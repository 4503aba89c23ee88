import { sharesQuerySchema } from '../../../../features/admin/schema.ts'
import { listSharedLinks } from '../../../../features/admin/server/shared-links.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: sharesQuerySchema,
  handle: ({ query }) => listSharedLinks(query),
})
