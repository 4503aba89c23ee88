import { requireUser } from '../../../../../features/auth/session.ts'
import { proofSchema, uploadParamsSchema } from '../../../../../features/uploads/schema.ts'
import { proveClaim } from '../../../../../features/uploads/server/prove-claim.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'
import { countInstant } from '../../../../../lib/metrics.ts'

export const POST = apiRoute({
  user: requireUser,
  params: uploadParamsSchema,
  body: proofSchema,
  handle: async ({ user, params, body, request }) => {
    const answer = await proveClaim({ id: user.id, uploadId: params.id, headers: request.headers }, body)
    if (answer.proven) countInstant(answer.entry?.size ?? 0)
    return answer
  },
})
