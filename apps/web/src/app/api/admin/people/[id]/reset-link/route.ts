import { publicIdSchema } from '../../../../../../features/admin/schema.ts'
import { findPerson } from '../../../../../../features/admin/server/change-person.ts'
import { createResetLink } from '../../../../../../features/auth/reset.ts'
import { requireAdmin } from '../../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'
import { recordAudit } from '../../../../../../lib/audit.ts'
import { inTransaction } from '../../../../../../lib/db.ts'
import { requireOwnOrigin } from '../../../../../../lib/request-origin.ts'

/** A link with which a person chooses a new password; the administrator passes it on. */
export const POST = apiRoute({
  user: requireAdmin,
  params: publicIdSchema,
  status: 201,
  handle: async ({ user, params, request: { headers } }) => {
    const origin = requireOwnOrigin(headers)
    const path = await inTransaction(async (tx) => {
      const person = await findPerson(tx, params.id)
      const target = { kind: 'person', id: person.id, name: person.name }
      await recordAudit(tx, { actorId: user.id, action: 'person.reset_link', target, headers })
      return await createResetLink(tx, person.id)
    })
    return { link: origin + path }
  },
})
