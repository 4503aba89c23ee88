import { dispositionOf } from '@cairn/dfs-http'
import { visitedEntryParamsSchema } from '../../../../../../../features/shares/schema.ts'
import { emptyFileName } from '../../../../../../../features/shares/server/download-shares.ts'
import { requireVisit } from '../../../../../../../features/shares/server/open-share.ts'
import { apiRoute } from '../../../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../../../lib/request-origin.ts'

// Empty content is stored nowhere.
export const GET = apiRoute({
  params: visitedEntryParamsSchema,
  handle: async ({ params, request: { headers } }) => {
    const visit = await requireVisit(headers, requireOwnOrigin(headers), params.id)
    return new Response(null, {
      headers: {
        'Cache-Control': 'private, no-store',
        'Content-Disposition': dispositionOf('attachment', await emptyFileName(visit, params.entry)),
        'Content-Length': '0',
        'Content-Type': 'application/octet-stream',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      },
    })
  },
})
