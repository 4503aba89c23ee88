import { z } from 'zod'
import { revokeInvitation } from '../../../../../features/account/invitations.ts'
import { requireAdmin } from '../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const DELETE = apiRoute({
  user: requireAdmin,
  params: z.object({ id: z.string().max(40) }),
  handle: ({ user, params, request }) => revokeInvitation({ id: user.id, headers: request.headers }, params.id),
})
