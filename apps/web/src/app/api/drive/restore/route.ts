import { requireUser } from '../../../../features/auth/session.ts'
import { perform } from '../../../../features/drive/jobs/perform.ts'
import { restoreSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: restoreSchema,
  handle: ({ user, body }) => {
    const { conflict, ...selector } = body
    return perform({ ownerId: user.id, kind: 'restore', selector, conflict })
  },
})
