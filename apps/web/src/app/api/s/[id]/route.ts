import { visitedParamsSchema } from '../../../../features/shares/schema.ts'
import { requireVisit } from '../../../../features/shares/server/open-share.ts'
import { describeShare } from '../../../../features/shares/server/visit-shares.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../lib/request-origin.ts'

export const GET = apiRoute({
  params: visitedParamsSchema,
  handle: async ({ params, request: { headers } }) => {
    const { share } = await requireVisit(headers, requireOwnOrigin(headers), params.id)
    return describeShare(share)
  },
})
