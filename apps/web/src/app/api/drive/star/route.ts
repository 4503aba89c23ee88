import { requireUser } from '../../../../features/auth/session.ts'
import { perform } from '../../../../features/drive/jobs/perform.ts'
import { starSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: starSchema,
  handle: ({ user, body }) => {
    const { on, ...selector } = body
    return perform({ ownerId: user.id, kind: on ? 'star' : 'unstar', selector })
  },
})
