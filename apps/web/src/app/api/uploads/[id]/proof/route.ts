import { requireUser } from '../../../../../features/auth/session.ts'
import { proofSchema, uploadParamsSchema } from '../../../../../features/uploads/schema.ts'
import { proveClaim } from '../../../../../features/uploads/server/prove-claim.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  params: uploadParamsSchema,
  body: proofSchema,
  handle: ({ user, params, body, request }) =>
    proveClaim({ id: user.id, uploadId: params.id, headers: request.headers }, body),
})
