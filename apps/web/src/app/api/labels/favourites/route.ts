import { requireUser } from '../../../../features/auth/session.ts'
import { setFavourite } from '../../../../features/labels/commands.ts'
import { favouriteSchema } from '../../../../features/labels/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const POST = apiRoute({
  user: requireUser,
  body: favouriteSchema,
  handle: ({ user, body }) => setFavourite(user.id, body.ids, body.on),
})
