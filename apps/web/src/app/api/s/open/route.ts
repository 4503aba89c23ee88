import { type OpenedShare, openShareSchema } from '../../../../features/shares/schema.ts'
import { openShare } from '../../../../features/shares/server/visit-shares.ts'
import { visitorRequest } from '../../../../features/shares/server/visitor-request.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

// The token comes in the body: addresses are logged.
export const POST = apiRoute({
  body: openShareSchema,
  handle: async ({ body, request }) => {
    const { id, cookies } = await openShare(visitorRequest(request.headers), body.token, body.code)
    const headers = new Headers({ 'Cache-Control': 'private, no-store', 'Referrer-Policy': 'no-referrer' })
    for (const cookie of cookies) headers.append('Set-Cookie', cookie)
    return Response.json({ id } satisfies OpenedShare, { headers })
  },
})
