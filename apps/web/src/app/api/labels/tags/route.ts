import { requireUser } from '../../../../features/auth/session.ts'
import { createTag } from '../../../../features/labels/commands.ts'
import { createTagSchema } from '../../../../features/labels/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: createTagSchema,
  status: 201,
  handle: ({ user, body }) => createTag(user.id, body.name, body.colour),
})
