import { requireUser } from '../../../../features/auth/session.ts'
import { perform } from '../../../../features/drive/jobs/perform.ts'
import { trashSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: trashSchema,
  handle: ({ user, body }) => {
    return perform({ ownerId: user.id, kind: 'trash', selector: body })
  },
})
