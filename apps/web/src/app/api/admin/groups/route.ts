import { requireAdmin } from '../../../../features/auth/session.ts'
import { createQuotaGroup, listQuotaGroups } from '../../../../features/quota/groups.ts'
import { quotaGroupSchema } from '../../../../features/quota/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({ user: requireAdmin, handle: () => listQuotaGroups() })

export const POST = apiRoute({
  user: requireAdmin,
  body: quotaGroupSchema,
  status: 201,
  handle: ({ user, body, request }) => createQuotaGroup({ id: user.id, headers: request.headers }, body),
})
