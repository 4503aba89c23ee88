import { visitedEntryParamsSchema } from '../../../../../../../features/shares/schema.ts'
import { requireVisit } from '../../../../../../../features/shares/server/open-share.ts'
import { apiRoute } from '../../../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../../../lib/request-origin.ts'
import { visitedPreview } from '../../../../../../visited-preview.ts'

export const GET = apiRoute({
  params: visitedEntryParamsSchema,
  handle: async ({ params, request: { headers } }) => {
    const origin = requireOwnOrigin(headers)
    return visitedPreview(await requireVisit(headers, origin, params.id), params.entry, origin)
  },
})
