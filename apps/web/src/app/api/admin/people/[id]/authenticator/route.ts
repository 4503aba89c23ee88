import { removeAuthenticatorOf } from '../../../../../../features/account/authenticator.ts'
import { publicIdSchema } from '../../../../../../features/admin/schema.ts'
import { findPerson } from '../../../../../../features/admin/server/change-person.ts'
import { requireAdmin } from '../../../../../../features/auth/session.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'
import { db } from '../../../../../../lib/db.ts'

/** For somebody who lost the phone and the recovery codes. */
export const DELETE = apiRoute({
  user: requireAdmin,
  params: publicIdSchema,
  handle: async ({ user, params, request: { headers } }) => {
    const { id, name } = await findPerson(db(), params.id)
    await removeAuthenticatorOf({ id, name }, { id: user.id, headers })
  },
})
