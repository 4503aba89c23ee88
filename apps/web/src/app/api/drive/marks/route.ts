import { requireUser } from '../../../../features/auth/session.ts'
import { listMarks } from '../../../../features/drive/list-marks.ts'
import { listQuerySchema } from '../../../../features/drive/schema.ts'
import { apiRoute } from '../../../../lib/api-route.ts'

export const GET = apiRoute({
  user: requireUser,
  query: listQuerySchema,
  handle: ({ user, query }) => listMarks(user.id, query),
})
