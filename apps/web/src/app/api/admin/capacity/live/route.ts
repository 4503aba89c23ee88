import { adminOnly } from '../../../../../features/admin/server/admin-only.ts'
import { eventStream } from '../../../../../features/admin/server/event-stream.ts'
import { currentUser } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: adminOnly,
  handle: ({ request }) => {
    const isAllowed = async () => (await currentUser(request.headers))?.role === 'admin'
    return Promise.resolve(eventStream(isAllowed, request.signal))
  },
})
