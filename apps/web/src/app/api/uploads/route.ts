import { requireUser } from '../../../features/auth/session.ts'
import { startUploadsSchema, unfinishedUploadsSchema } from '../../../features/uploads/schema.ts'
import { listUnfinishedUploads } from '../../../features/uploads/server/list-unfinished.ts'
import { senderOf } from '../../../features/uploads/server/sender.ts'
import { startUploads } from '../../../features/uploads/server/start-uploads.ts'
import { apiRoute } from '../../../lib/api-route.ts'
import { countUploads } from '../../../lib/metrics.ts'

export const POST = apiRoute({
  user: requireUser,
  body: startUploadsSchema,
  handle: async ({ user, body, request }) => {
    const sender = { ...user, ...senderOf(request.headers, body.device) }
    const started = await startUploads(sender, body.items, body.avoid)
    countUploads(
      'started',
      started.items.filter((item) => !('found' in item)),
    )
    return started
  },
})

export const GET = apiRoute({
  user: requireUser,
  query: unfinishedUploadsSchema,
  handle: ({ user, query }) => listUnfinishedUploads(user.id, query.after),
})
