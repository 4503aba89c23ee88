import { requireUser } from '../../../../features/auth/session.ts'
import { completeUploadsSchema } from '../../../../features/uploads/schema.ts'
import { completeUploads } from '../../../../features/uploads/server/complete-uploads.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: completeUploadsSchema,
  handle: ({ user, body }) => completeUploads(user.id, body.items),
})
