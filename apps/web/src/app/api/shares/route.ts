import { requireUser } from '../../../features/auth/session.ts'
import { createShareSchema, type ShareList } from '../../../features/shares/schema.ts'
import { createShare } from '../../../features/shares/server/change-shares.ts'
import { listShares } from '../../../features/shares/server/list-shares.ts'
import { apiRoute } from '../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../lib/request-origin.ts'

export const GET = apiRoute({
  user: requireUser,
  handle: async ({ user, request }): Promise<ShareList> => {
    return { shares: await listShares(user.id, requireOwnOrigin(request.headers)) }
  },
})

export const POST = apiRoute({
  user: requireUser,
  body: createShareSchema,
  status: 201,
  handle: ({ user, body, request: { headers } }) => {
    return createShare({ id: user.id, origin: requireOwnOrigin(headers), headers }, body)
  },
})
