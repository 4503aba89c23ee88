import { requireUser } from '../../../../features/auth/session.ts'
import { listQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../lib/request-origin.ts'
import { withThumbnails } from '../../../../lib/thumbnail-urls.ts'
import { listPlace } from '../../../list-place.ts'

export const GET = apiRoute({
  user: requireUser,
  query: listQuerySchema,
  handle: async ({ user, query, request }) => {
    const page = await listPlace(user.id, query)
    return { ...page, items: await withThumbnails(page.items, requireOwnOrigin(request.headers)) }
  },
})
