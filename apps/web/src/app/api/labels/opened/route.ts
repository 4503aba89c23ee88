import { requireUser } from '../../../../features/auth/session.ts'
import { noteOpened } from '../../../../features/labels/note-opened.ts'
import { openedSchema } from '../../../../features/labels/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: openedSchema,
  handle: ({ user, body }) => noteOpened(user.id, body.id),
})
