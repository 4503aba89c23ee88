import { requireUser } from '../../../../../features/auth/session.ts'
import { uploadParamsSchema } from '../../../../../features/uploads/schema.ts'
import { renewTicket } from '../../../../../features/uploads/server/commands.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'
import { requireOwnOrigin } from '../../../../../lib/request-origin.ts'

export const POST = apiRoute({
  user: requireUser,
  params: uploadParamsSchema,
  handle: ({ user, params, request }) =>
    renewTicket({ ...user, requestOrigin: requireOwnOrigin(request.headers) }, params.id),
})
