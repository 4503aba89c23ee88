import { requireUser } from '../../../../../../features/auth/session.ts'
import { download } from '../../../../../../features/drive/download.ts'
import { downloadQuerySchema, entryParamsSchema } from '../../../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../../lib/request-origin.ts'

export const GET = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  query: downloadQuerySchema,
  handle: ({ user, params, query, request }) =>
    download({ id: user.id, requestOrigin: requireOwnOrigin(request.headers) }, params.id, query.inline),
})
