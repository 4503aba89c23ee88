import { requireUser } from '../../../features/auth/session.ts'
import { apiRoute } from '../../../lib/api-route.ts'
import { entrySelectorSchema } from '../../../lib/entries/selector.ts'
import { makeOwnZip } from '../../../lib/zip/own-zip.ts'

export const POST = apiRoute({
  user: requireUser,
  body: entrySelectorSchema,
  handle: async ({ user, body }) => ({ url: await makeOwnZip(user.id, body) }),
})
