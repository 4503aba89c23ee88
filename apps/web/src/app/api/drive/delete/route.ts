import { requireUser } from '../../../../features/auth/session.ts'
import { perform } from '../../../../features/drive/jobs/perform.ts'
import { deleteSchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: deleteSchema,
  handle: ({ user, body }) => {
    const { fromDrive, ...selector } = body
    return perform({ ownerId: user.id, kind: 'delete', selector, fromDrive })
  },
})
