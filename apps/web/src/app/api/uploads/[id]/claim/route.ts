import { requireUser } from '../../../../../features/auth/session.ts'
import { claimSchema, uploadParamsSchema } from '../../../../../features/uploads/schema.ts'
import { openClaim } from '../../../../../features/uploads/server/open-claim.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  params: uploadParamsSchema,
  body: claimSchema,
  handle: ({ user, params, body }) => openClaim(user.id, params.id, body),
})
