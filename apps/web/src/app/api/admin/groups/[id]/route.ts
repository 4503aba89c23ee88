import { z } from 'zod'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { changeQuotaGroup, deleteQuotaGroup } from '../../../../../features/quota/groups.ts'
import { quotaGroupChangeSchema } from '../../../../../features/quota/schema.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

const params = z.object({ id: z.string().max(40) })

export const PATCH = apiRoute({
  user: requireAdmin,
  params,
  body: quotaGroupChangeSchema,
  handle: ({ user, params: { id }, body, request }) =>
    changeQuotaGroup({ id: user.id, headers: request.headers }, id, body),
})

export const DELETE = apiRoute({
  user: requireAdmin,
  params,
  handle: ({ user, params: { id }, request }) => deleteQuotaGroup({ id: user.id, headers: request.headers }, id),
})
