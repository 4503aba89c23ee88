import { requireUser } from '../../../../../../features/auth/session.ts'
import { mergeTag } from '../../../../../../features/labels/commands.ts'
import { mergeTagSchema, tagParamsSchema } from '../../../../../../features/labels/schema.ts'
import { apiRoute } from '../../../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  params: tagParamsSchema,
  body: mergeTagSchema,
  handle: ({ user, params, body }) => mergeTag(user.id, params.id, body.intoId),
})
