import { requireUser } from '../../../../../../features/auth/session.ts'
import { downloadUrl } from '../../../../../../features/drive/download.ts'
import { downloadQuerySchema, entryParamsSchema } from '../../../../../../features/drive/schema.ts'
import { noteOpened } from '../../../../../../features/labels/note-opened.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../../lib/request-origin.ts'

export const GET = apiRoute({
  user: requireUser,
  params: entryParamsSchema,
  query: downloadQuerySchema,
  handle: async ({ user, params, query, request }) => {
    const reader = { id: user.id, requestOrigin: requireOwnOrigin(request.headers) }
    const answer = await downloadUrl(reader, params.id, query.inline)
    await noteOpened(user.id, params.id)
    return answer
  },
})
