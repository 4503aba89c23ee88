import { requireUser } from '../../../../features/auth/session.ts'
import { abandonUploadsSchema } from '../../../../features/uploads/schema.ts'
import { abortUploads } from '../../../../features/uploads/server/abort-upload.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: abandonUploadsSchema,
  handle: ({ user, body }) => abortUploads(user.id, body.uploadIds),
})
