import { currentUser } from '../../features/auth/session.ts'
import { authenticTicket, renewDownload } from '../../features/drive/download.ts'
import { renewQuerySchema } from '../../features/drive/schema.ts'
import { renewShared } from '../../features/shares/server/renew-shared.ts'
import { ApiError } from '../../lib/api-error.ts'
import { apiRoute } from '../../lib/api-route.ts'
import { notFound } from '../../lib/entries/open-entries.ts'
import { requireOwnOrigin } from '../../lib/request-origin.ts'

// Storages redirect requests with an expired ticket here. Who may still read the file is its owner, by the session, or
// a visitor of a link, by the cookie of that link.
export const GET = apiRoute({
  query: renewQuerySchema,
  handle: async ({ query, request: { headers } }) => {
    const requestOrigin = requireOwnOrigin(headers)
    const old = await authenticTicket(query.t)
    const user = await currentUser(headers)
    const own = user === null ? undefined : await renewDownload({ id: user.id, requestOrigin }, old)
    const url = own ?? (await renewShared(headers, requestOrigin, old))
    if (url === undefined) throw user === null ? new ApiError('signed_out', 'Sign in first.') : notFound()
    return new Response(null, {
      status: 302,
      headers: { Location: url, 'Cache-Control': 'private, no-store', 'Referrer-Policy': 'no-referrer' },
    })
  },
})
