import { requireUser } from '../../../../features/auth/session.ts'
import { shareParamsSchema, updateShareSchema } from '../../../../features/shares/schema.ts'
import { updateShare } from '../../../../features/shares/server/change-shares.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../lib/request-origin.ts'

export const PATCH = apiRoute({
  user: requireUser,
  params: shareParamsSchema,
  body: updateShareSchema,
  handle: ({ user, params, body, request: { headers } }) => {
    return updateShare({ id: user.id, origin: requireOwnOrigin(headers), headers }, params.id, body)
  },
})
