import { requireUser } from '../../../../../../features/auth/session.ts'
import { previewSources } from '../../../../../../features/drive/preview-sources.ts'
import { entryParamsSchema } from '../../../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../../lib/request-origin.ts'

export const GET = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  handle: ({ user, params, request }) =>
    previewSources({ id: user.id, requestOrigin: requireOwnOrigin(request.headers) }, params.id),
})
