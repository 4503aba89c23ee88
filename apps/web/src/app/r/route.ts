import { requireUser } from '../../features/auth/session.ts'
import { renewDownload } from '../../features/drive/download.ts'
import { renewQuerySchema } from '../../features/drive/schema.ts'
import { apiRoute } from '../../lib/api-route.ts'
import { requireOwnOrigin } from '../../lib/request-origin.ts'

// Storages redirect requests with an expired ticket here.
export const GET = apiRoute({
  user: requireUser,
  query: renewQuerySchema,
  handle: async ({ user, query, request }) => {
    const reader = { id: user.id, requestOrigin: requireOwnOrigin(request.headers) }
    const headers = { Location: await renewDownload(reader, query.t), 'Cache-Control': 'private, no-store' }
    return new Response(null, { status: 302, headers: { ...headers, 'Referrer-Policy': 'no-referrer' } })
  },
})
