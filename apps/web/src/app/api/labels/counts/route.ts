import { requireUser } from '../../../../features/auth/session.ts'
import { countTags } from '../../../../features/labels/count-tags.ts'
import { apiRoute } from '../../../../lib/api-route.ts'
import { entrySelectorSchema } from '../../../../lib/entries/selector.ts'

export const POST = apiRoute({
  user: requireUser,
  body: entrySelectorSchema,
  handle: ({ user, body }) => countTags(user.id, body),
})
