import { requireUser } from '../../../../features/auth/session.ts'
import { completeUploadsSchema } from '../../../../features/uploads/schema.ts'
import { completeUploads } from '../../../../features/uploads/server/complete-uploads.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { countUploads } from '../../../../lib/metrics.ts'

export const POST = apiRoute({
  user: requireUser,
  body: completeUploadsSchema,
  handle: async ({ user, body }) => {
    const completed = await completeUploads(user.id, body.items)
    countUploads('finished', completed.items)
    return completed
  },
})
