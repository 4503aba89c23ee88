import { requireUser } from '../../../../features/auth/session.ts'
import { perform } from '../../../../features/drive/jobs/perform.ts'
import { moveSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: moveSchema,
  handle: ({ user, body }) => {
    const { targetId, conflict, ...selector } = body
    return perform({ ownerId: user.id, kind: 'copy', selector, targetId, conflict })
  },
})
