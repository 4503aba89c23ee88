import { requireUser } from '../../../../../features/auth/session.ts'
import { saveShared } from '../../../../../features/drive/jobs/perform.ts'
import { saveSchema, visitedParamsSchema } from '../../../../../features/shares/schema.ts'
import { requireVisit } from '../../../../../features/shares/server/open-share.ts'
import { takeShared } from '../../../../../features/shares/server/save-share.ts'
import { visitorRequest } from '../../../../../features/shares/server/visitor-request.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  params: visitedParamsSchema,
  body: saveSchema,
  handle: async ({ user, params, body, request }) => {
    const visitor = visitorRequest(request.headers)
    const visit = await requireVisit(request.headers, visitor.origin, params.id)
    return await saveShared(user.id, await takeShared(visit, visitor, { userId: user.id, ids: body.ids }))
  },
})
