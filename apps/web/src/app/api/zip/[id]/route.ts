import { z } from 'zod'
import { currentUser } from '../../../../features/auth/session.ts'
import { requireVisitedZip } from '../../../../features/shares/server/visited-zip.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { notFound } from '../../../../lib/entries/open-entries.ts'
import { requireOwnOrigin } from '../../../../lib/request-origin.ts'
import { zipResponse } from '../../../../lib/zip/zip-response.ts'
import { findZipSnapshot } from '../../../../lib/zip/zip-snapshot.ts'

const zip = apiRoute({
  params: z.object({ id: z.string().max(64) }),
  handle: async ({ params, request }) => {
    const found = await findZipSnapshot(params.id)
    if (!found) throw notFound()
    if (found.shareId === null) {
      const user = await currentUser(request.headers)
      if (user === null || user.id !== found.ownerId) throw notFound()
    } else {
      await requireVisitedZip(request.headers, requireOwnOrigin(request.headers), found)
    }
    return zipResponse(request, found.snapshot)
  },
})

export const GET = zip
export const HEAD = zip
