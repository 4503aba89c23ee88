import { visitedListSchema, visitedParamsSchema } from '../../../../../features/shares/schema.ts'
import { requireVisit } from '../../../../../features/shares/server/open-share.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../lib/request-origin.ts'
import { listVisited } from '../../../../list-visited.ts'

export const GET = apiRoute({
  params: visitedParamsSchema,
  query: visitedListSchema,
  handle: async ({ params, query, request: { headers } }) => {
    const origin = requireOwnOrigin(headers)
    const { share } = await requireVisit(headers, origin, params.id)
    return listVisited(share, query, origin)
  },
})
