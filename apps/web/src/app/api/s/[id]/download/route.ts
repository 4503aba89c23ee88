import { saveSchema, type VisitedUrl, visitedParamsSchema } from '../../../../../features/shares/schema.ts'
import { downloadShared } from '../../../../../features/shares/server/download-shares.ts'
import { requireVisit } from '../../../../../features/shares/server/open-share.ts'
import { visitorRequest } from '../../../../../features/shares/server/visitor-request.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  params: visitedParamsSchema,
  body: saveSchema,
  handle: async ({ params, body, request }): Promise<VisitedUrl> => {
    const visitor = visitorRequest(request.headers)
    const visit = await requireVisit(request.headers, visitor.origin, params.id)
    return { url: await downloadShared(visit, visitor, body.ids) }
  },
})
