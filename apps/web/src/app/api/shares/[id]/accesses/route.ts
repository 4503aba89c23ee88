import { requireUser } from '../../../../../features/auth/session.ts'
import { accessQuerySchema, shareParamsSchema } from '../../../../../features/shares/schema.ts'
import { listAccesses } from '../../../../../features/shares/server/access-log.ts'
import { openOwnShare } from '../../../../../features/shares/server/list-shares.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  params: shareParamsSchema,
  query: accessQuerySchema,
  handle: async ({ user, params, query }) => listAccesses(await openOwnShare(user.id, params.id), query.before),
})
