import { requireUser } from '../../../../features/auth/session.ts'
import { uploadParamsSchema } from '../../../../features/uploads/schema.ts'
import { abortUpload } from '../../../../features/uploads/server/abort-upload.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const DELETE = apiRoute({
  user: requireUser,
  params: uploadParamsSchema,
  handle: ({ user, params }) => abortUpload(user.id, params.id),
})
