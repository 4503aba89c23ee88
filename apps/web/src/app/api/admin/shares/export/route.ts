import { sharesExportSchema } from '../../../../../features/admin/schema.ts'
import { exportSharedLinks } from '../../../../../features/admin/server/shared-links.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  query: sharesExportSchema,
  handle: ({ query }) => Promise.resolve(exportSharedLinks(query)),
})
