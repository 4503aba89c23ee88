import { eventStream } from '../../../../../features/admin/server/event-stream.ts'
import { listen } from '../../../../../features/admin/server/live.ts'
import { currentUser, requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireAdmin,
  handle: ({ request }) => {
    const isAllowed = async () => (await currentUser(request.headers))?.role === 'admin'
    return Promise.resolve(eventStream({ listen, isAllowed, signal: request.signal }))
  },
})
