import { createInvitation, listInvitations } from '../../../../features/account/invitations.ts'
import { newInvitationSchema } from '../../../../features/account/schema.ts'
import { requireAdmin } from '../../../../features/auth/session.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { inTransaction } from '../../../../lib/db.ts'
import { requireOwnOrigin } from '../../../../lib/request-origin.ts'

export const GET = apiRoute({ user: requireAdmin, handle: () => listInvitations() })

export const POST = apiRoute({
  user: requireAdmin,
  body: newInvitationSchema,
  status: 201,
  handle: async ({ user, body, request: { headers } }) => {
    const origin = requireOwnOrigin(headers)
    const { invitation, path } = await inTransaction((tx) => createInvitation(tx, { id: user.id, headers }, body))
    return { invitation, link: origin + path }
  },
})
