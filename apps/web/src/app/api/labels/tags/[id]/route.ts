import { requireUser } from '../../../../../features/auth/session.ts'
import { changeTag, deleteTag } from '../../../../../features/labels/commands.ts'
import { changeTagSchema, tagParamsSchema } from '../../../../../features/labels/schema.ts'
import { apiRoute } from '../../../../../lib/api-route.ts'

export const PATCH = apiRoute({
  user: requireUser,
  params: tagParamsSchema,
  body: changeTagSchema,
  handle: ({ user, params, body }) => changeTag(user.id, params.id, body),
})

export const DELETE = apiRoute({
  user: requireUser,
  params: tagParamsSchema,
  handle: ({ user, params }) => deleteTag(user.id, params.id),
})
