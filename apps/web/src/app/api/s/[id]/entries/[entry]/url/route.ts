import { type VisitedUrl, visitedEntryParamsSchema } from '../../../../../../../features/shares/schema.ts'
import { previewUrl } from '../../../../../../../features/shares/server/download-shares.ts'
import { requireVisit } from '../../../../../../../features/shares/server/open-share.ts'
import { apiRoute } from '../../../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../../../lib/request-origin.ts'

export const GET = apiRoute({
  params: visitedEntryParamsSchema,
  handle: async ({ params, request: { headers } }): Promise<VisitedUrl> => {
    const origin = requireOwnOrigin(headers)
    return { url: await previewUrl(await requireVisit(headers, origin, params.id), params.entry, origin) }
  },
})
