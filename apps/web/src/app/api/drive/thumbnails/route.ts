import { requireUser } from '../../../../features/auth/session.ts'
import { findFiles } from '../../../../features/drive/files.ts'
import { copiesQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../lib/request-origin.ts'
import { thumbnailsOf, wantSooner } from '../../../../lib/thumbnail-urls.ts'

export const GET = apiRoute({
  user: requireUser,
  query: copiesQuerySchema,
  handle: async ({ user, query, request }) => {
    const files = await findFiles(user.id, query.ids)
    const ids = files.map(({ entryId }) => entryId)
    const thumbnails = await thumbnailsOf(ids, requireOwnOrigin(request.headers))
    await wantSooner(ids.filter((id) => thumbnails.get(id)?.pending === true))
    return Object.fromEntries(thumbnails)
  },
})
