import { requireUser } from '../../../../features/auth/session.ts'
import { perform } from '../../../../features/drive/jobs/perform.ts'
import { tagSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: tagSchema,
  handle: ({ user, body }) => {
    const { add, remove, ...selector } = body
    return perform({ ownerId: user.id, kind: 'tag', selector, tags: { add, remove } })
  },
})
